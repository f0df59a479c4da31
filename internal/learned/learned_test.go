package learned_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/learned"
)

func TestEachClientHasItsOwn(t *testing.T) {
	b := learned.Book{Dir: filepath.Join(t.TempDir(), "data")}
	if e := b.Of("https://id.example", "desk"); e != (learned.Entry{}) {
		t.Errorf("%+v of a folder that is not there", e)
	}
	needed, login := learned.Entry{Consent: "needed"}, learned.Entry{Another: "login"}
	for _, k := range []struct {
		issuer, client string
		e              learned.Entry
	}{
		{"https://id.example", "desk", login}, {"https://id.example", "other", login},
		{"https://id.example/", "desk", login}, {"https://id.example", "desk", needed},
	} {
		if err := b.Keep(k.issuer, k.client, k.e); err != nil {
			t.Fatal(err)
		}
	}
	if e := b.Of("https://id.example", "desk"); e != needed {
		t.Errorf("%+v", e)
	}
	if e := b.Of("https://id.example/", "desk"); e != login {
		t.Errorf("%+v of an issuer with a slash", e)
	}
	if err := b.Keep("https://id.example", "desk", learned.Entry{}); err != nil ||
		b.Of("https://id.example", "desk") != (learned.Entry{}) {
		t.Errorf("not forgotten: %v", err)
	}
	files, _ := os.ReadDir(b.Dir)
	if info, err := files[0].Info(); len(files) != 1 || err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", files, err)
	}
}

// A file that is no such file counts as none, and is replaced.
func TestAFileThatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"damaged": "{", "another shape": `{"a":1}`, "too large": "[" + strings.Repeat(" ", 70<<10) + "]",
		"null": "null",
	} {
		b := learned.Book{Dir: t.TempDir()}
		if err := os.WriteFile(filepath.Join(b.Dir, "learned.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if e := b.Of("i", "c"); e != (learned.Entry{}) {
			t.Errorf("%s: %+v", name, e)
		}
		if err := b.Keep("i", "c", learned.Entry{Consent: "needed"}); err != nil || b.Of("i", "c").Consent != "needed" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (learned.Book{Dir: file}).Keep("i", "c", learned.Entry{Consent: "needed"}); err == nil {
		t.Error("kept in a file")
	}
}
