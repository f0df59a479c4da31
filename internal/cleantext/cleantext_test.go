package cleantext

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
)

// hostile are characters that must reach no screen: they move a cursor, turn the
// words around them, or hide.
var hostile = "\x00\x07\x08\x1b\x7f\u0080\u0085\u009b\u009d\u009f" +
	"\u00ad\u034f\u061c\u115f\u180e\u200b\u200e\u200f\u2028\u2029" +
	"\u202a\u202b\u202c\u202d\u202e" +
	"\u2060\u2063\u2066\u2067\u2068\u2069\u206a\u206f\u2800\u3164\ufeff\uffa0\ufff9" +
	"\ue000\U0001d173\U000e0001\U000e0041\U000e0100"

func TestNothingHostileIsLeft(t *testing.T) {
	for _, r := range hostile {
		for name, got := range map[string]string{
			"Line": Line("Ada"+string(r)+"Eve", 100), "Text": Text("Ada" + string(r) + "Eve"),
		} {
			if strings.ContainsRune(got, r) && !unicode.IsMark(r) {
				t.Errorf("%s keeps %U: %q", name, r, got)
			}
		}
		if got := Line(strings.Repeat(string(r), 3)+" ", 100); got != "" {
			t.Errorf("a line of %U alone is %q", r, got)
		}
		if Visible(string(r) + "\u0301 \u200d") {
			t.Errorf("%U can be seen", r)
		}
	}
}

func TestWhatPeopleWriteIsLeft(t *testing.T) {
	for _, s := range []string{
		"Ada Lovelace", "José", "e\u0301", "علی\u200cرضا", "שרה", "李小龍", "👩\u200d👩\u200d👧",
		"O'Neill <x@y.example>", "क्\u200dष", "김철수", "ﷺ", "…",
	} {
		if got := Line(s, 100); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
		if got := Text("\t" + s + "\n" + s); got != "\t"+s+"\n"+s {
			t.Errorf("%q becomes %q", s, got)
		}
		if !Visible(s) {
			t.Errorf("%q cannot be seen", s)
		}
	}
}

func TestALineIsOneAndShort(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb": "a b", " a \t\r\n b ": "a b", "": "", "ab": "ab", "abcdef": "abcd…", "abcd": "abcd",
		"abcd   ": "abcd", "abc de": "abc …", "\xff": "\ufffd",
		strings.Repeat("\u202e", 5000) + "Eve": "Eve",
	} {
		if got := Line(in, 4); got != want {
			t.Errorf("%.20q becomes %q, want %q", in, got, want)
		}
	}
}

func TestJSONStaysEqual(t *testing.T) {
	in := map[string]string{"name": "Ada " + hostile + " علی\u200cرضا", "a\u202eb": "x"}
	plain, err := json.MarshalIndent(in, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	clean := JSON(plain)
	for _, r := range string(clean) {
		if r != '\n' && r != '\t' && !harmless(r) {
			t.Errorf("%U is raw", r)
		}
	}
	var out map[string]string
	if err := json.Unmarshal(clean, &out); err != nil || out["name"] != in["name"] || out["a\u202eb"] != "x" {
		t.Errorf("%v %q", err, out)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Ada" + hostile)
	f.Add(`{"a":"\xff` + "\u202e" + `"}`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Line(s, 20), Text(s)} {
			for _, r := range got {
				if r != '\n' && r != '\t' && !harmless(r) {
					t.Errorf("%U in %q of %q", r, got, s)
				}
			}
		}
		if strings.ContainsAny(Line(s, 20), "\n\t") || len([]rune(Line(s, 20))) > 21 {
			t.Errorf("%q is no short line", Line(s, 20))
		}
		var before, after any
		if json.Unmarshal([]byte(s), &before) != nil {
			return
		}
		if err := json.Unmarshal(JSON([]byte(s)), &after); err != nil {
			t.Errorf("%q became no JSON: %v", s, err)
		}
	})
}

func TestCopyCleansEveryText(t *testing.T) {
	type inner struct {
		S string
		M map[string]string
	}
	type outer struct {
		A    string
		P, N *inner
		L    []inner
		T    [2]int
		Nil  []string
		None []string
		X    any
	}
	in := outer{
		A: "a\u202e", P: &inner{S: "b\x1b"}, L: []inner{{S: "c\u200b", M: map[string]string{"k": "d\u009b"}}},
		T: [2]int{1, 2}, None: []string{},
	}
	got := Copy(in)
	if got.A != "a" || got.P.S != "b" || got.L[0].S != "c" || got.L[0].M["k"] != "d" || got.T != in.T ||
		got.Nil != nil || got.None == nil || got.N != nil {
		t.Errorf("%+v %+v", got, got.P)
	}
	if in.P.S != "b\x1b" || in.L[0].S != "c\u200b" || got.P == in.P {
		t.Error("what was copied has changed")
	}
}

func TestWriters(t *testing.T) {
	var out strings.Builder
	for _, w := range []io.Writer{Lines(&out), JSONLines(&out)} {
		if n, err := io.WriteString(w, "\"a\u202e\u009b\"\n"); n != 9 || err != nil {
			t.Error(n, err)
		}
	}
	if out.String() != "\"a\"\n\"a\\u202e\\u009b\"\n" {
		t.Errorf("%q", out.String())
	}
}
