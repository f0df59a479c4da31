package settings

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/managed"
)

// channel loads the settings with what the system's channel sets, a policy.toml and a person's environment.
func channel(t *testing.T, person, machine map[string]any, policy string, environ ...string) (Settings, error) {
	t.Helper()
	dir := t.TempDir()
	if policy != "" {
		write(t, dir, "policy.toml", policy)
	}
	layer := func(name string, values map[string]any) managed.Layer {
		return managed.Layer{Name: name, Found: len(values) > 0, Values: values}
	}
	return Load(Options{
		ConfigDir: filepath.Join(dir, "c"), DataDir: filepath.Join(dir, "d"), Environ: environ,
		PolicyPath: filepath.Join(dir, "policy.toml"),
		Managed: func() (managed.Layer, managed.Layer) {
			return layer(`HKCU\SOFTWARE\Policies\Latchkey`, person), layer(`HKLM\SOFTWARE\Policies\Latchkey`, machine)
		},
	})
}

// What is set for the computer wins over policy.toml, and that over what is set for the person.
func TestTheOrderOfThePolicies(t *testing.T) {
	one := func(issuer string) map[string]any { return map[string]any{"issuer": "https://" + issuer + ".example"} }
	for name, c := range map[string]struct {
		person, machine map[string]any
		toml, want, by  string
	}{
		"the person's": {one("person"), nil, "", "person", `HKCU\SOFTWARE\Policies\Latchkey`},
		"policy.toml":  {one("person"), nil, `issuer = "https://file.example"`, "file", "policy.toml"},
		"the computer's": {one("person"), one("machine"), `issuer = "https://file.example"`, "machine",
			`HKLM\SOFTWARE\Policies\Latchkey`},
		"the computer's alone": {nil, one("machine"), "", "machine", `HKLM\SOFTWARE\Policies\Latchkey`},
	} {
		s, err := channel(t, c.person, c.machine, c.toml, "LATCHKEY_CLIENT_ID=desk",
			"LATCHKEY_ISSUER=https://mine.example",
			"LATCHKEY_JWKS_URI=https://mine.example/keys")
		source := s.Sources["issuer"]
		if err != nil || s.Provider.Issuer != "https://"+c.want+".example" || s.Provider.JWKSURI != "" ||
			source.Name != c.by || !source.Locked {
			t.Errorf("%s: %v, %q by %+v", name, err, s.Provider.Issuer, source)
		}
		if len(s.Policies) != 3 {
			t.Errorf("%s: %+v", name, s.Policies)
		}
	}
}

// A preset that is set for the computer leaves nothing of another one that is set for the person.
func TestAStrongerPolicyStartsOver(t *testing.T) {
	s, err := channel(t, map[string]any{"provider": "okta", "domain": "acme.okta.com", "client_id": "a"},
		map[string]any{"provider": "entra", "tenant": "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "client_id": "b"}, "")
	if err != nil || s.Provider.Preset != "entra" || s.Provider.ClientID != "b" || s.Given.Domain != "" {
		t.Errorf("%v %+v", err, s.Provider)
	}
}

// inChannel is a value of the key in the form that a channel has for it.
func inChannel(k key) any {
	v := other(k)
	switch k.kind {
	case YesNo:
		return map[string]uint64{"true": 1, "false": 0}[v]
	case Table:
		name, text, _ := strings.Cut(v, "=")
		return map[string]any{name: text}
	case List, Ports:
		var out []any
		for _, one := range strings.Fields(v) {
			out = append(out, one)
		}
		return out
	}
	return v
}

// Every key that a file may hold is locked by either channel, and no source of the person's changes it.
func TestTheChannelsLockEveryKey(t *testing.T) {
	for _, hive := range []string{"person", "machine"} {
		each(func(k key) {
			if k.NoFile {
				return
			}
			v := inChannel(k)
			if text, ok := v.(string); ok && k.path() {
				v = filepath.Join("/nowhere", text)
			}
			layers := map[string]map[string]any{hive: {k.Name: v}}
			s, _ := channel(t, layers["person"], layers["machine"], "", "LATCHKEY_"+strings.ToUpper(k.Name)+"=3s")
			want := s.Sources[k.Name]
			if !want.Locked || !strings.HasPrefix(want.Name, "HK") || !s.lock(k) {
				t.Errorf("%s of the %s: %+v", k.Name, hive, want)
			}
			if _, problem := s.preference(k.Name, "3s"); !strings.Contains(problem,
				"locked by the administrator's policy (HK") {
				t.Errorf("%s of the %s can be changed: %q", k.Name, hive, problem)
			}
		})
	}
}

// A value of a wrong type is an error that names place and key, and the person's own value does not count in its place.
func TestHostileValuesOfTheChannelsNeverUnlock(t *testing.T) {
	hostile := map[string]any{
		"a large number": uint64(1) << 63, "a number": uint64(2), "lists": []any{uint64(7), "a", uint64(99999999)},
		"a table of numbers": map[string]any{"a": uint64(1)}, "a truth": true,
	}
	each(func(k key) {
		for name, v := range hostile {
			if convertible(k, v) {
				continue
			}
			for _, text := range []string{"person", "machine"} {
				layers := map[string]map[string]any{text: {k.Name: v}}
				s, err := channel(t, layers["person"], layers["machine"], "",
					"LATCHKEY_ISSUER=https://mine.example", "LATCHKEY_CLIENT_ID=mine")
				said := regexp.MustCompile(`\\SOFTWARE\\Policies\\Latchkey: ` + k.Name + `: .{10}`)
				if err == nil || !said.MatchString(err.Error()) {
					t.Errorf("%s as %s: %v", k.Name, name, err)
				}
				if k.Decides == where && s.Provider.Issuer == "https://mine.example" {
					t.Errorf("%s as %s leaves the provider to the person", k.Name, name)
				}
				if err := s.SavePreferences(map[string]string{"appearance": "dark"}); err == nil {
					t.Errorf("%s as %s: settings can be changed", k.Name, name)
				}
			}
		}
	})
}

// convertible reports whether a value is one of the key's after all.
func convertible(k key, v any) bool {
	data, problem := convert(k.kind, k.fromManaged(v))
	return problem == "" && k.chosen(data) == "" && (k.check == nil || k.check(data) == "") && !k.NoFile
}

// Unknown keys, missing values, and places that cannot be read.
func TestHostilePlacesOfThePolicy(t *testing.T) {
	for name, c := range map[string]struct {
		layer managed.Layer
		want  string
	}{
		"unknown": {managed.Layer{Values: map[string]any{"isuer": "x"}},
			"HKLM: isuer: unknown (did you mean issuer?)"},
		"nobody's": {managed.Layer{Values: map[string]any{strings.Repeat("x", 10000): "x"}}, "xxx…: unknown"},
		"a long text": {managed.Layer{Values: map[string]any{"issuer": "https://" + strings.Repeat("x", 5000)}},
			"HKLM: issuer: it is longer than 4096 bytes"},
		"a long list": {managed.Layer{Values: map[string]any{"scopes": slices.Repeat([]any{"openid"}, 1000)}},
			"HKLM: scopes: it is longer than 4096 bytes"},
		"a passphrase": {managed.Layer{Values: map[string]any{"store_passphrase": "hush"}},
			"HKLM: store_passphrase: a passphrase has no place"},
		"a relative path": {managed.Layer{Values: map[string]any{"ca_file": "ca.pem"}}, "HKLM: ca_file: a whole path"},
		"unfit": {managed.Layer{Unfit: map[string]string{"issuer": "it is of type 3"}},
			"HKLM: issuer: it is of type 3"},
		"foreign": {managed.Layer{Err: errUnknown}, "HKLM: nobody knows"},
	} {
		c.layer.Name, c.layer.Found = "HKLM", true
		dir := t.TempDir()
		s, err := Load(Options{
			ConfigDir: dir, DataDir: dir, PolicyPath: filepath.Join(dir, "policy.toml"),
			Environ: []string{"LATCHKEY_ISSUER=https://mine.example", "LATCHKEY_CLIENT_ID=mine"},
			Managed: func() (managed.Layer, managed.Layer) { return managed.Layer{}, c.layer },
		})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush") ||
			len(err.Error()) > 500 {
			t.Errorf("%s: %v", name, err)
		}
		if s.Provider.Issuer == "https://mine.example" {
			t.Errorf("%s: the provider is left to the person", name)
		}
	}
}

var errUnknown = unknownError{}

type unknownError struct{}

func (unknownError) Error() string { return "nobody knows" }

// Each app has places of its own, named after the app, also when the product was renamed.
func TestThePlacesFollowTheApp(t *testing.T) {
	for id, want := range map[string]managed.Names{
		"latchkey":      {Title: "Latchkey", Bundle: "app.latchkey.latchkey"},
		"latchkey-demo": {Title: "latchkey-demo", Bundle: "app.latchkey.latchkey-demo"},
	} {
		if got := Names(id); got != want {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

// What is typed for a policy is checked as the program will check it.
func TestAPolicyIsMadeOfTexts(t *testing.T) {
	got, err := PolicyOf(map[string]string{
		"provider": "okta", "redirect_ports": "18085 18086", "start_hidden": "true", "leeway": "30s",
		"auth_params": "prompt=login max_age=1", "scopes": "openid email", "ca_file": "acme.pem",
	}, false)
	if err != nil || len(got) != 7 || got["leeway"] != "30s" || got["start_hidden"] != true {
		t.Errorf("%v %v", got, err)
	}
	_, err = PolicyOf(map[string]string{
		"isuer": "x", "leeway": "9h", "store": "plain", "auth_params": "prompt", "ca_file": "acme.pem",
		"store_passphrase": "hush", "issuer": "http://id.example",
	}, true)
	var keys []string
	for _, one := range Errors(err) {
		keys = append(keys, one.Key)
	}
	if want := []string{"auth_params", "ca_file", "issuer", "isuer", "leeway", "store",
		"store_passphrase"}; !slices.Equal(keys, want) ||
		strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
}

// Every setting that a file may hold is described, each once.
func TestTheChaptersDescribeEveryKey(t *testing.T) {
	described := map[string]Key{}
	for _, c := range Chapters() {
		for _, k := range c.Keys {
			described[k.Name] = k
		}
	}
	each(func(k key) {
		if d, ok := described[k.Name]; ok == k.NoFile || ok && (d.Explain == "" || d.Form == "") {
			t.Errorf("%s: %+v", k.Name, d)
		}
		delete(described, k.Name)
	})
	for name := range maps.Keys(described) {
		t.Errorf("%s is no setting", name)
	}
}
