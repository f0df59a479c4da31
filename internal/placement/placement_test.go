package placement

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWhatIsSavedIsLoaded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	if p := Load(dir); p != (Placement{}) {
		t.Errorf("from nowhere: %+v", p)
	}
	want := Placement{Width: 500, Height: 700, X: 20, Y: 30, Screens: "1280x1024", Dark: true}
	for range 2 { // the second time over the first
		if err := Save(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	if p := Load(dir); p != want {
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
		if p := Load(dir); p != (Placement{}) {
			t.Errorf("%q: %+v", text, p)
		}
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Save(file, Placement{}); err == nil {
		t.Error("nothing was said")
	}
}

// What was left on a screen that is gone is not taken up.
func TestTheWindowStaysInSight(t *testing.T) {
	two := []Screen{{2560, 1440}, {1920, 1080}}
	p := Placement{Width: 500, Height: 700}.At(3000, 200, two)
	if !p.Placed([]Screen{{1920, 1080}, {2560, 1440}}) {
		t.Error("the same screens, in another order, are others")
	}
	for _, screens := range [][]Screen{{{1920, 1080}}, {{2560, 1440}, {1920, 1080}, {800, 600}}, nil} {
		if p.Placed(screens) {
			t.Errorf("placed on %v", screens)
		}
	}
	if q := p.At(0, 0, two); q.Placed(two) || q.Width != 500 {
		t.Errorf("a place that was not told was taken up: %+v", q)
	}
}

func TestTheSizeFitsTheScreen(t *testing.T) {
	usual, least := Screen{420, 640}, Screen{340, 480}
	for _, c := range []struct{ p, screen, want Screen }{
		{Screen{}, Screen{1280, 1024}, usual},
		{Screen{600, 900}, Screen{1280, 1024}, Screen{600, 900}},
		{Screen{600, 900}, Screen{1280, 720}, Screen{600, 720}},
		{Screen{10, 10}, Screen{1280, 720}, least},
		{Screen{600, 900}, Screen{}, Screen{600, 900}},
		{Screen{}, Screen{320, 400}, least},
	} {
		w, h := Placement{Width: c.p.Width, Height: c.p.Height}.Size(usual, least, c.screen)
		if (Screen{w, h}) != c.want {
			t.Errorf("%v on %v: %dx%d, want %v", c.p, c.screen, w, h, c.want)
		}
	}
}
