package settings

import (
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// Every line of the example can be taken as it stands.
func TestTheExampleCoversEveryKey(t *testing.T) {
	lines := map[string]string{}
	for _, line := range strings.Split(Example(), "\n") {
		if text, ok := strings.CutPrefix(line, "# "); ok {
			if name, _, ok := strings.Cut(text, " = "); ok && !strings.Contains(name, " ") {
				lines[name] = text
			}
		}
	}
	each(func(k key) {
		if k.NoFile {
			return
		}
		var members map[string]any
		if err := toml.Unmarshal([]byte(lines[k.Name]), &members); err != nil || len(members) != 1 {
			t.Errorf("%s: %q: %v", k.Name, lines[k.Name], err)
			return
		}
		v, problem := convert(k.kind, members[k.Name])
		if problem == "" && k.check != nil {
			problem = k.check(v)
		}
		if problem == "" && k.Choices != nil {
			problem = k.chosen(v)
		}
		if problem != "" {
			t.Errorf("%s: %s", lines[k.Name], problem)
		}
	})
}

// What is put in comes out again, in the form that the environment takes.
func TestEveryKeyIsShownAsItIsRead(t *testing.T) {
	each(func(k key) {
		s, text := defaults(), k.Sample
		if text == "" {
			text = shown(k.at(&s))
		}
		var raw any = text
		if k.kind == Table {
			name, value, _ := strings.Cut(text, "=")
			raw = map[string]any{name: value}
		}
		v, problem := convert(k.kind, raw)
		if problem != "" {
			t.Fatalf("%s: %s", k.Name, problem)
		}
		assign(k.at(&s), v)
		want := text
		if k.Secret && text != "" {
			want = "[redacted]"
		}
		if got := shown(k.at(&s)); got != want {
			t.Errorf("%s: %q is shown as %q", k.Name, text, got)
		}
	})
}

// keys.json and the bindings are of the same settings.
func TestEveryKeyHasItsBinding(t *testing.T) {
	left := bindings(&Settings{})
	each(func(k key) {
		if _, ok := left[k.Name]; !ok {
			t.Errorf("%s has no binding, or stands in keys.json twice", k.Name)
		}
		delete(left, k.Name)
	})
	for name := range left {
		t.Errorf("%s is not in keys.json", name)
	}
}
