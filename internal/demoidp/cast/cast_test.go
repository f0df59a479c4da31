package cast_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/demoidp/cast"
)

func TestTheExampleIsGood(t *testing.T) {
	c, err := cast.Parse("demo.toml", cast.Example)
	if err != nil {
		t.Fatal(err)
	}
	ada, ok := c.Person("ada")
	if !ok || ada.Tenant != "acme" || len(ada.Roles) != 2 || !ada.Assigned || c.Lifetimes.AccessToken != 5*time.Minute {
		t.Errorf("%+v", ada)
	}
	if tenant, ok := c.TenantOf("Somebody@GLOBEX.example"); !ok || tenant.ID != "globex" {
		t.Errorf("%+v", tenant)
	}
	if _, ok := c.TenantOf("somebody@acme.example.evil.example"); ok {
		t.Error("a longer domain is taken for the company's")
	}
}

// good is a file without mistakes. The tests put one in.
const good = `[lifetimes]
access_token = "1m"
[[tenants]]
id = "acme"
name = "Acme"
domains = ["acme.example"]
[[people]]
id = "ada"
name = "Ada"
email = "ada@acme.example"
tenant = "acme"
roles = ["Engineer"]
password = "secret"
assigned = true
[[people]]
id = "sam"
name = "Sam"
email = "sam@elsewhere.example"
social = true
trusts_app = true
look = "curly"
`

func TestMistakesAreRefusedWithLineAndReason(t *testing.T) {
	if _, err := cast.Parse("f", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{
			`access_token = "1m"`, `access_token = "1 m"`, `f:2: lifetimes.access_token: a duration such as "90s" or ` +
				`"5m" is needed, not "1 m"`,
		},
		{`access_token = "1m"`, `access_token = "1ms"`, `f:2: lifetimes.access_token: 1ms is not between`},
		{`access_token = "1m"`, `access_token = 60`, `f:2: lifetimes.access_token: `},
		{`access_token = "1m"`, `acess_token = "1m"`, `f:2: lifetimes.acess_token: unknown`},
		{`access_token = "1m"`, `device_interval = "1500ms"`, `f:2: lifetimes.device_interval: whole seconds`},
		{`id = "acme"`, `id = "Acme"`, `f:4: tenants.id: "Acme" has more than`},
		{`name = "Acme"`, ``, `f:3: tenants.name: missing`},
		{`domains = ["acme.example"]`, `domains = []`, `f:6: tenants.domains: at least one`},
		{
			`domains = ["acme.example"]`, `domains = ["ACME.example"]`,
			`f:6: tenants.domains: "ACME.example" is no domain`,
		},
		{
			`domains = ["acme.example"]`, `domains = ["acme.example", "acme.example"]`,
			`f:6: tenants.domains: acme.example belongs to the tenant acme already`,
		},
		{`id = "sam"`, `id = "ada"`, `f:16: people.id: ada is there already`},
		{`id = "sam"`, `id = "a:b"`, `f:16: people.id: "a:b" has more`},
		{`id = "sam"`, ``, `f:15: people.id: missing`},
		{`name = "Sam"`, `name = " "`, `f:17: people.name: missing`},
		{`name = "Sam"`, `nick = "Sam"`, `f:17: people.nick: unknown`},
		{
			`sam@elsewhere.example`, `Sam <sam@elsewhere.example>`,
			`f:18: people.email: "Sam <sam@elsewhere.example>" is no address`,
		},
		{`sam@elsewhere.example`, `ADA@acme.example`, `f:18: people.email: ADA@acme.example belongs to somebody else`},
		{`social = true`, `social = false`, `f:20: people.trusts_app: only somebody`},
		{`social = true`, `social = "yes"`, `f:19: people.social: `},
		{`social = true`, `password = "x"`, `f:19: people.password: a password needs a tenant`},
		{`social = true`, `roles = ["x"]`, `f:19: people.roles: roles need a tenant`},
		{`social = true`, `assigned = true`, `f:19: people.assigned: this needs a tenant`},
		{`tenant = "acme"`, `tenant = "acne"`, `f:11: people.tenant: there is no tenant "acne"`},
		{`password = "secret"`, ``, `f:7: people.password: missing`},
		{`ada@acme.example`, `ada@other.example`, `f:10: people.email: other.example is no domain of the tenant acme`},
		{`look = "curly"`, `look = "wig"`, `f:21: people.look: it is one of bun, beard, curly, glasses`},
		{`look = "curly"`, `look = { hair = "red" }`, `f:21: people.look: `},
		{`[lifetimes]`, `[lifetimes`, `f:1: `},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := cast.Parse("f", []byte(text))
		var one *cast.Error
		if err == nil || !errors.As(err, &one) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v\nwant %s", c.old, c.new, err, c.want)
		}
	}
	if _, err := cast.Parse("f", nil); err == nil || !strings.Contains(err.Error(), "at least one person is needed") {
		t.Errorf("an empty file: %v", err)
	}
}

// The error names all mistakes at once.
func TestAllMistakesAtOnce(t *testing.T) {
	_, err := cast.Parse("f", []byte(strings.NewReplacer(`"1m"`, `"x"`, `id = "sam"`, `id = "ada"`).Replace(good)))
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add(cast.Example)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := cast.Parse("f", data)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v %v", c, err)
		}
	})
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "AL", "عمر الخيّام": "عا", "Plato": "P", "": "", "A B C": "AB",
	} {
		if got := cast.Initials(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
