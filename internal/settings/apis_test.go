package settings_test

import (
	"reflect"
	"strings"
	"testing"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

const orders = `
[apis.orders]
origins = ["https://Orders.example:443/", "https://orders.example:8443", "http://127.0.0.1:8080"]
resource = "https://orders.example/v1"
scopes = ["orders.read", "orders.write"]
`

func TestAPIsAreReadFromEverySource(t *testing.T) {
	want := []provider.API{{
		Name:     "orders",
		Origins:  []string{"https://orders.example", "https://orders.example:8443", "http://127.0.0.1:8080"},
		Resource: "https://orders.example/v1", Scopes: []string{"orders.read", "orders.write"},
		Way: provider.ByResource,
	}}
	line := settings.APIsText(want)
	other := "\n[apis.bills]\norigins = \"https://bills.example\"\nscopes = \"bills\"\n"
	for name, c := range map[string]struct {
		files map[string]string
		env   []string
	}{
		"config.toml": {map[string]string{"config/config.toml": orders}, nil},
		"the team's":  {map[string]string{"baked": orders}, nil},
		"environment": {map[string]string{"config/config.toml": other}, []string{"LATCHKEY_APIS=" + line}},
		"policy": {
			map[string]string{"policy.toml": orders, "config/config.toml": other}, []string{"LATCHKEY_APIS=x = {}"},
		},
	} {
		s, _, err := load(t, c.files, c.env, nil)
		if (name == "policy") != (err != nil) { // a bad value is told even where the policy's counts
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(s.Provider.APIs, want) {
			t.Errorf("%s: %+v", name, s.Provider.APIs)
		}
		if locked := s.Sources["apis"].Locked; locked != (name == "policy") {
			t.Errorf("%s: locked %t", name, locked)
		}
		i := 0
		for _, v := range s.Values() {
			if strings.HasPrefix(v.Key, "apis") {
				i++
				if v.Key != "apis.orders" || !strings.Contains(line, v.Text) {
					t.Errorf("%s: shown as %s %s", name, v.Key, v.Text)
				}
			}
		}
		if i != 1 {
			t.Errorf("%s: shown %d times", name, i)
		}
	}
}

// An administrator's tools write the tables as one line, in a policy file as in other channels.
func TestAPolicyHoldsAPIsInOneLine(t *testing.T) {
	line := `orders = { origins = ["https://orders.example"], audience = "orders" }`
	given, err := settings.PolicyOf(map[string]string{"apis": line}, false)
	if err != nil || given["apis"] != line {
		t.Fatalf("%v %v", given, err)
	}
	s, _, err := load(t, map[string]string{"policy.toml": "apis = '" + line + "'"}, nil, nil)
	if err != nil || len(s.Provider.APIs) != 1 || !s.Sources["apis"].Locked {
		t.Errorf("%v %+v", err, s.Provider.APIs)
	}
}

func TestThePresetsKnowTheirWay(t *testing.T) {
	for preset, c := range map[string]struct {
		given, api, asked string
	}{
		"auth0": {`domain = "acme.auth0.com"`, `audience = "urn:o"`, "audience urn:o?audience=urn%3Ao"},
		"okta":  {`domain = "acme.okta.com"`, `scopes = ["orders"]`, "scope ?scope=orders"},
		"keycloak": {
			"base_url = \"https://sso.example\"\nrealm = \"acme\"", `audience = "orders"`,
			"exchange orders?audience=orders",
		},
		"entra": {
			`tenant = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"`, `resource = "api://orders"`,
			"scope ?scope=api%3A%2F%2Forders%2F.default",
		},
		"oidc": {`issuer = "https://id.example"`, `resource = "urn:orders"`, "resource ?resource=urn%3Aorders"},
	} {
		text := "provider = \"" + preset + "\"\n" + client + c.given +
			"\n[apis.orders]\norigins = [\"https://o.example\"]\n" + c.api
		s, _, err := load(t, map[string]string{"config/config.toml": text}, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", preset, err)
			continue
		}
		if got := s.Provider.APIs[0].Asked(); got != c.asked {
			t.Errorf("%s asks %s, want %s", preset, got, c.asked)
		}
	}
}

func TestAPIsThatCannotBe(t *testing.T) {
	table := func(members string) string { return "[apis.orders]\norigins = [\"https://o.example\"]\n" + members }
	for text, says := range map[string]string{
		`apis = "x"`:                                      "in one line",
		`apis = ["orders"]`:                               "a table such as [apis.orders]",
		`apis = { orders = "https" }`:                     "orders: a table such as",
		"[apis.\"a b\"]\norigins = []":                    "a name of at most 64",
		"[apis.orders]\nresource = \"https://o.example\"": "origins is missing",
		"[apis.orders]\norigins = [\"http://o.example\"]\nscopes = [\"o\"]":     "neither https nor on this machine",
		"[apis.orders]\norigins = [\"https://o.example/v1\"]\nscopes = [\"o\"]": "no origin",
		"[apis.orders]\norigins = [\"https://*.example\"]\nscopes = [\"o\"]":    "no origin",
		"[apis.orders]\norigins = [\"https://a@o.example\"]\nscopes = [\"o\"]":  "no origin",
		"[apis.orders]\norigins = [1]\nscopes = [\"o\"]":                        "a list of texts",
		table(``):                                     "needs a resource, an audience or scopes",
		table(`origin = "https://x"`):                 "unknown",
		table(`resource = "orders"`):                  "no absolute URI",
		table(`resource = "https://o.example/#a"`):    "no fragment",
		table(`scopes = ["a\"b"]`):                    "no scope",
		table(`audience = " "`):                       "empty",
		table(`way = "magic"`):                        "none of resource, audience",
		table("way = \"resource\"\naudience = \"a\""): `way = "resource" needs resource`,
		table("way = \"audience\"\nscopes = [\"a\"]"): `way = "audience" needs audience`,
		table("way = \"scope\"\naudience = \"a\""):    "it needs scopes",
		table(`scopes = ["o"]`) + "\n[apis.bills]\norigins = [\"https://O.example:443\"]\n" +
			"scopes = [\"b\"]": "of bills too",
	} {
		_, _, err := load(t, map[string]string{"config/config.toml": text}, nil, nil)
		if err == nil || !strings.Contains(err.Error(), says) ||
			!strings.Contains(err.Error(), "config.toml:1: apis: ") {
			t.Errorf("%s\n%v, want %q", text, err, says)
		}
	}
	for _, line := range []string{
		"", "}", "orders", "a = {} }\nissuer = \"https://evil.example\"\nb = { c = 1", "a = {",
	} {
		s, _, err := load(t, nil, []string{"LATCHKEY_APIS=" + line}, nil)
		if (err == nil) != (line == "") || s.Provider.Issuer != "" || len(s.Provider.APIs) > 0 {
			t.Errorf("%q: %v", line, err)
		}
	}
}
