package rollout

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"app.latchkey/internal/settings"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := Schema(app())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var members map[string]any
	if err := toml.Unmarshal([]byte(text), &members); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s.Validate(members)
}

// Each line of the example by itself, and what else the program takes.
func TestTheSchemaTakesWhatTheProgramTakes(t *testing.T) {
	s := compiled(t)
	lines := 0
	for _, line := range strings.Split(settings.Example(), "\n") {
		text, ok := strings.CutPrefix(line, "# ")
		if name, _, is := strings.Cut(text, " = "); !ok || !is || strings.Contains(name, " ") {
			continue
		}
		lines++
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if lines != len(keys()) {
		t.Errorf("%d lines for %d settings", lines, len(keys()))
	}
	for _, text := range []string{
		"", `scopes = "openid email"`, `redirect_ports = "8085 8086"`, `redirect_ports = 8085`, `start_hidden = "true"`,
		`leeway = "1m30s"`, `leeway = "1.5m"`, "[auth_params]\nprompt = \"login\"", `leeway = "500ms"`,
	} {
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheSchemaRefusesWhatTheProgramRefuses(t *testing.T) {
	s := compiled(t)
	for _, text := range []string{
		`isuer = "https://id.example"`, `issuer = 5`, `provider = "acme"`, `store = "plain"`, `scopes = [1]`,
		`redirect_ports = [70000]`, `redirect_ports = [-1]`, `redirect_ports = "a"`, `start_hidden = 1`, `leeway = 90`,
		`leeway = "90"`, `leeway = "soon"`, `auth_params = "prompt=login"`, `auth_params = { prompt = 1 }`,
		`store_passphrase = "hush"`, `start_hidden = "maybe"`,
	} {
		if validate(t, s, text) == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
