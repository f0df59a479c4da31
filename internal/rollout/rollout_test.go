package rollout

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"app.latchkey/internal/managed"
	"app.latchkey/internal/managed/plists"
	"app.latchkey/internal/settings"
)

func app() App { return App{"Latchkey", "latchkey", settings.Names("latchkey")} }

func templates(t *testing.T, a App) (template, english []byte) {
	t.Helper()
	template, english, err := ADMX(a)
	if err != nil {
		t.Fatal(err)
	}
	return template, english
}

// keys are all settings that a policy may hold.
func keys() []settings.Key {
	var out []settings.Key
	for _, c := range settings.Chapters() {
		out = append(out, c.Keys...)
	}
	return out
}

// The schema finds templates that the Group Policy editor would refuse.
func TestTheTemplatesKeepTheRules(t *testing.T) {
	validate := func(data []byte) error {
		path := filepath.Join(t.TempDir(), "template.xml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("xmllint", "--noout", "--nonet", "--schema", "testdata/templates.xsd",
			path).CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	for _, a := range []App{app(), {"Acme & <Co>", "acme-co",
		managed.Names{Title: "Acme & <Co>", Bundle: "com.acme.acme-co"}}} {
		template, english := templates(t, a)
		for _, data := range [][]byte{template, english} {
			if err := validate(data); err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
	}
	template, _ := templates(t, app())
	for _, c := range [][2]string{
		{`ref="product"`, `ref="nothing"`}, {`class="Both"`, `class="All"`}, {"<enum ", "<choice "},
		{`name="issuer"`, `name="provider"`}, {`SOFTWARE\Policies\`, `SOFTWARE\`},
	} {
		if validate(bytes.Replace(template, []byte(c[0]), []byte(c[1]), 1)) == nil {
			t.Errorf("%s is taken", c[1])
		}
	}
}

// What the template refers to stands in the texts, and nothing else does.
func TestTheTemplatesTextsAreWhole(t *testing.T) {
	template, english := templates(t, app())
	for kind, tag := range map[string]string{"string": "string", "presentation": "presentation"} {
		var used, there []string
		for _, m := range regexp.MustCompile(`\$\(`+kind+`\.(\w+)\)`).FindAllSubmatch(template, -1) {
			used = append(used, string(m[1]))
		}
		for _, m := range regexp.MustCompile(`<`+tag+` id="(\w+)"`).FindAllSubmatch(english, -1) {
			there = append(there, string(m[1]))
		}
		slices.Sort(used)
		slices.Sort(there)
		if used = slices.Compact(used); !slices.Equal(used, there) {
			t.Errorf("%s: used %v\nthere %v", kind, used, there)
		}
	}
	var texts adml
	if err := xml.Unmarshal(english, &texts); err != nil {
		t.Fatal(err)
	}
	for _, p := range texts.Presentations {
		if !strings.Contains(string(template), ` id="`+p.ID+`"`) {
			t.Errorf("the field %s has no element", p.ID)
		}
	}
}

// written is what the editor of policies leaves in the registry when a policy is enabled.
func (p policy) written(sample string) any {
	switch e := p.Elements; {
	case e == nil:
		return uint64(p.Enabled.Decimal.Value)
	case e.Multi != nil:
		var out []any
		for _, line := range strings.Fields(sample) {
			out = append(out, line)
		}
		return out
	case e.List != nil:
		name, text, _ := strings.Cut(sample, "=")
		return map[string]any{name: text}
	case e.Enum != nil:
		return *e.Enum.Items[len(e.Enum.Items)-1].Value.String
	}
	return sample
}

// Each setting has a policy, and what the editor writes for it is read as that setting and locked.
func TestEverySettingHasAPolicyThatIsRead(t *testing.T) {
	template, _ := templates(t, app())
	var read admx
	if err := xml.Unmarshal(template, &read); err != nil {
		t.Fatal(err)
	}
	example := samples(t)
	for i, k := range keys() {
		p := read.Policies[i]
		if p.Name != k.Name || p.Key != `SOFTWARE\Policies\Latchkey` {
			t.Fatalf("policy %d is %s in %s, not %s", i, p.Name, p.Key, k.Name)
		}
		s, err := under(t, map[string]any{k.Name: p.written(example[k.Name])})
		for _, bad := range settings.Errors(err) {
			if bad.Key == k.Name && !strings.Contains(bad.Problem, "cannot read") &&
				!combination.MatchString(bad.Problem) {
				t.Errorf("%s: %v", k.Name, bad)
			}
		}
		if !s.Sources[k.Name].Locked {
			t.Errorf("%s is not locked: %v", k.Name, err)
		}
	}
	if len(read.Policies) != len(keys()) {
		t.Errorf("%d policies for %d settings", len(read.Policies), len(keys()))
	}
}

// combination matches the error of a value that is right by itself but needs another setting beside it.
var combination = regexp.MustCompile(`missing|not for provider|is not of this system|without|needs|knows no|` +
	`is checked for|stands in|refuses|no such file`)

// samples are values of all settings in the form of the environment, as the example has them.
func samples(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, line := range strings.Split(settings.Example(), "\n") {
		text, ok := strings.CutPrefix(line, "# ")
		name, value, is := strings.Cut(text, " = ")
		if !ok || !is || strings.Contains(name, " ") {
			continue
		}
		if name == "apis" { // in one line
			out[name] = strings.TrimSuffix(strings.TrimPrefix(value, "{ "), " }")
			continue
		}
		value = strings.NewReplacer(`"`, "", "[", "", "]", "", ",", "", "{ ", "", " }", "", " = ", "=").Replace(value)
		if strings.HasSuffix(name, "_file") {
			value = "/nowhere/" + value
		}
		out[name] = value
	}
	return out
}

// under loads the settings under a policy of the computer's channel.
func under(t *testing.T, values map[string]any) (settings.Settings, error) {
	t.Helper()
	dir := t.TempDir()
	return settings.Load(settings.Options{
		ConfigDir: dir, DataDir: dir, PolicyPath: filepath.Join(dir, "policy.toml"),
		Managed: func() (managed.Layer, managed.Layer) {
			return managed.Layer{}, managed.Layer{Name: "HKLM", Found: true, Values: values}
		},
	})
}

// What a profile installs is read as it was typed, in both forms in which macOS may keep it.
func TestAProfileIsReadAsItWasTyped(t *testing.T) {
	values, err := settings.PolicyOf(map[string]string{
		"provider": "okta", "domain": "acme.okta.com", "client_id": "0oa <&> Ä", "redirect_ports": "18085 18086",
		"scopes": "openid email", "start_hidden": "true", "leeway": "90s", "auth_params": "prompt=login",
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	profile, err := Profile(app(), values)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Profile(app(), values)
	if !bytes.Equal(profile, again) {
		t.Error("the same values make another profile")
	}
	var outer struct {
		PayloadType, PayloadUUID, PayloadIdentifier, PayloadScope string
		PayloadVersion                                            int
		PayloadContent                                            []map[string]any
	}
	if _, err := plist.Unmarshal(profile, &outer); err != nil {
		t.Fatal(err)
	}
	inner := outer.PayloadContent[0]
	uuid := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)
	if outer.PayloadType != "Configuration" || outer.PayloadVersion != 1 || outer.PayloadScope != "System" ||
		inner["PayloadType"] != "app.latchkey.latchkey" || !uuid.MatchString(outer.PayloadUUID) ||
		!uuid.MatchString(inner["PayloadUUID"].(string)) || outer.PayloadUUID == inner["PayloadUUID"] {
		t.Errorf("%+v", outer)
	}
	for _, format := range []int{plist.XMLFormat, plist.BinaryFormat} {
		kept, err := plist.Marshal(inner, format)
		if err != nil {
			t.Fatal(err)
		}
		read, unfit, err := plists.Read(bytes.NewReader(kept), 64<<10, 1000)
		if err != nil || len(unfit) > 0 {
			t.Fatalf("%v %v", unfit, err)
		}
		s, err := under(t, read)
		p := s.Provider
		if err != nil || p.Issuer != "https://acme.okta.com" || p.ClientID != "0oa <&> Ä" || !s.StartHidden ||
			!slices.Equal(p.RedirectPorts, []int{18085, 18086}) || p.Leeway.Seconds() != 90 ||
			p.AuthParams["prompt"] != "login" || !slices.Equal(p.Scopes, []string{"openid", "email"}) {
			t.Errorf("%v %+v", err, p)
		}
	}
}

// A policy.toml is read as it was typed.
func TestAPolicyFileIsReadAsItWasTyped(t *testing.T) {
	values, err := settings.PolicyOf(map[string]string{
		"provider": "okta", "domain": "acme.okta.com", "client_id": "a\"b\\c", "redirect_ports": "18085",
		"auth_params": "prompt=login", "start_hidden": "false",
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	data, err := TOML(app(), values)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "policy.toml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(settings.Options{ConfigDir: dir, DataDir: dir, PolicyPath: path})
	if err != nil || s.Provider.ClientID != "a\"b\\c" || !s.Sources["start_hidden"].Locked {
		t.Errorf("%v %+v", err, s.Provider)
	}
}
