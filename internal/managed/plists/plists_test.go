package plists

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func read(t *testing.T, name string) (map[string]any, map[string]string, error) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	return Read(f, 64<<10, 1000)
}

// The files were written by Python's plistlib, with what a setting can be and with what it cannot.
func TestBothFormsAreRead(t *testing.T) {
	want := map[string]any{
		"provider": "okta", "domain": "acme.okta.com", "start_hidden": true, "leeway": "30s", "name": "Ä ☃ 𝄞",
		"redirect_ports": []any{uint64(18085), uint64(18086)}, "scopes": []any{"openid", "email"},
		"auth_params": map[string]any{"prompt": "login"},
	}
	for _, name := range []string{"managed.xml.plist", "managed.binary.plist"} {
		got, unfit, err := read(t, name)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %#v\nwant %#v", name, err, got, want)
		}
		for _, name := range []string{"a_date", "some_data", "a_real", "negative", "nested", "mixed", "deep"} {
			if unfit[name] == "" {
				t.Errorf("%s is taken for a setting's value", name)
			}
		}
		if len(unfit) != 7 {
			t.Errorf("%s: unfit: %v", name, unfit)
		}
	}
}

// A file that is missing sets nothing; one that must not be believed, or is no file, is an error and no absence.
func TestAFileIsReadOrSaidToBeUnusable(t *testing.T) {
	whole := func(*os.File) error { return nil }
	dir := t.TempDir()
	if _, _, found, err := ReadFile(filepath.Join(dir, "none.plist"), whole, 1<<16, 1000); found || err != nil {
		t.Errorf("missing: %v %v", found, err)
	}
	values, _, found, err := ReadFile("testdata/managed.binary.plist", whole, 1<<16, 1000)
	if !found || err != nil || values["provider"] != "okta" {
		t.Errorf("%v %v %v", values, found, err)
	}
	for name, path := range map[string]string{
		"a folder": dir, "below a file": "testdata/bomb.plist/x.plist",
		"a name that is none": strings.Repeat("x", 5000),
	} {
		if values, _, found, err := ReadFile(path, whole, 1<<16, 1000); !found || err == nil || values != nil {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
	foreign := errors.New("the subjects' own")
	if values, _, found, err := ReadFile("testdata/managed.xml.plist", func(*os.File) error { return foreign }, 1<<16,
		1000); !found || !errors.Is(err, foreign) || values != nil {
		t.Errorf("%v %v %v", values, found, err)
	}
}

// A list that stands for itself many times over would fill the memory.
func TestAListOfTheSameListsIsUnfit(t *testing.T) {
	values, unfit, err := read(t, "bomb.plist")
	if err != nil || len(values) != 0 || unfit["k"] == "" {
		t.Errorf("%v %v %v", values, unfit, err)
	}
}

func TestWhatIsNoPolicyIsRefused(t *testing.T) {
	many := strings.Builder{}
	for i := range 1001 {
		many.WriteString("<key>k" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) +
			"</key><true/>")
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":        {"", "no property list"},
		"old text":     {"{ provider = okta; }", "no property list"},
		"toml":         {"provider = \"okta\"", "no property list"},
		"cut":          {"<?xml version=\"1.0\"?><plist><dict><key>provider", "damaged"},
		"cut binary":   {"bplist00\xd1", "damaged"},
		"no dict":      {"<plist><array><string>a</string></array></plist>", "damaged"},
		"large":        {"<plist>" + strings.Repeat(" ", 64<<10), "larger than 64 KiB"},
		"many members": {"<plist><dict>" + many.String() + "</dict></plist>", "more than 1000"},
	} {
		if _, _, err := Read(strings.NewReader(c.text), 64<<10, 1000); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"managed.xml.plist", "managed.binary.plist", "bomb.plist"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		values, unfit, err := Read(bytes.NewReader(data), 64<<10, 1000)
		if err != nil && (values != nil || unfit != nil) {
			t.Error("values beside an error")
		}
		for name, v := range values {
			switch v.(type) {
			case string, bool, uint64, []any, map[string]any:
			default:
				t.Errorf("%s is a %T", name, v)
			}
		}
	})
}
