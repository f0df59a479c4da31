package keep_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"app.latchkey/internal/demoidp/keep"
)

type note struct{ Text string }

func TestWhatIsSavedIsLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "note.json")
	var n note
	if found, err := keep.Load(path, &n, func() bool { return true }); found || err != nil {
		t.Fatalf("nothing there: %v %v", found, err)
	}
	if err := keep.Save(path, note{"hello"}); err != nil {
		t.Fatal(err)
	}
	if found, err := keep.Load(path, &n, func() bool { return n.Text == "hello" }); !found || err != nil {
		t.Errorf("%v %v %v", n, found, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestWhatCannotBeUsedIsSetAside(t *testing.T) {
	for text, sound := range map[string]bool{"{": true, `{"Text":"x"}`: false} {
		path := filepath.Join(t.TempDir(), "note.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var n note
		if found, err := keep.Load(path, &n, func() bool { return sound }); found || err != nil {
			t.Errorf("%s: %v %v", text, found, err)
		}
		if kept, err := os.ReadFile(path + ".unreadable"); err != nil || string(kept) != text {
			t.Errorf("%s: %q %v", text, kept, err)
		}
	}
}
