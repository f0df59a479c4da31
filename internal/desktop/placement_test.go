package desktop

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWhatIsSavedIsLoaded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	if p := loadPlacement(dir); p != (placement{}) {
		t.Errorf("from nowhere: %+v", p)
	}
	want := placement{Width: 500, Height: 700, X: 20, Y: 30, Screens: "1280x1024", Dark: true}
	for range 2 { // the second time over the first
		if err := want.save(dir); err != nil {
			t.Fatal(err)
		}
	}
	if p := loadPlacement(dir); p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestABrokenFileIsNone(t *testing.T) {
	for _, text := range []string{"", "{", `[]`, `{"width":"x"}`, `{"width":-5,"height":9}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if p := loadPlacement(dir); p != (placement{}) {
			t.Errorf("%q: %+v", text, p)
		}
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (placement{}).save(file); err == nil {
		t.Error("nothing was said")
	}
}

// What was left on a screen that is gone is not taken up.
func TestTheWindowStaysInSight(t *testing.T) {
	two := []screen{{2560, 1440}, {1920, 1080}}
	p := placement{Width: 500, Height: 700}.at(3000, 200, two)
	if !p.placed([]screen{{1920, 1080}, {2560, 1440}}) {
		t.Error("the same screens, in another order, are others")
	}
	for _, screens := range [][]screen{{{1920, 1080}}, {{2560, 1440}, {1920, 1080}, {800, 600}}, nil} {
		if p.placed(screens) {
			t.Errorf("placed on %v", screens)
		}
	}
	if q := p.at(0, 0, two); q.placed(two) || q.Width != 500 {
		t.Errorf("a place that was not told was taken up: %+v", q)
	}
}

func TestTheSizeFitsTheScreen(t *testing.T) {
	common, least := screen{420, 640}, screen{340, 480}
	for _, c := range []struct{ p, screen, want screen }{
		{screen{}, screen{1280, 1024}, common},
		{screen{600, 900}, screen{1280, 1024}, screen{600, 900}},
		{screen{600, 900}, screen{1280, 720}, screen{600, 720}},
		{screen{10, 10}, screen{1280, 720}, least},
		{screen{600, 900}, screen{}, screen{600, 900}},
		{screen{}, screen{320, 400}, least},
	} {
		w, h := placement{Width: c.p.Width, Height: c.p.Height}.size(common, least, c.screen)
		if (screen{w, h}) != c.want {
			t.Errorf("%v on %v: %dx%d, want %v", c.p, c.screen, w, h, c.want)
		}
	}
}
