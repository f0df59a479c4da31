package cast

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"app.latchkey/internal/demoidp/face"
)

// Error is one mistake in the file.
type Error struct {
	File    string
	Line    int    // 1-based; 0 when the mistake has no line
	Key     string // such as people.email; empty when the file is not well formed
	Problem string
}

// Error names file, line and key.
func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Key != "" {
		where += ": " + e.Key
	}
	return where + ": " + e.Problem
}

// file is the file as it is written.
type file struct {
	Lifetimes map[string]string `toml:"lifetimes"`
	Tenants   []Tenant          `toml:"tenants"`
	People    []Person          `toml:"people"`
}

// Parse reads the file. Errors call it by name. The error joins an [*Error] for each mistake.
func Parse(name string, data []byte) (*Cast, error) {
	var f file
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&f); err != nil {
		return nil, formal(name, err)
	}
	c := &checker{name: name, lines: linesOf(data)}
	out := &Cast{Lifetimes: c.lifetimes(f.Lifetimes), Tenants: f.Tenants, People: f.People}
	c.tenants(out)
	c.people(out)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return out, nil
}

// formal turns the errors of the decoder into [*Error] values.
func formal(name string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		var errs []error
		for _, e := range unknown.Errors {
			line, _ := e.Position()
			errs = append(errs, &Error{name, line, strings.Join(e.Key(), "."), "unknown"})
		}
		return errors.Join(errs...)
	}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		line, _ := at.Position()
		return &Error{name, line, strings.Join(at.Key(), "."), strings.TrimPrefix(at.Error(), "toml: ")}
	}
	return &Error{File: name, Problem: strings.TrimPrefix(err.Error(), "toml: ")}
}

type checker struct {
	name  string
	lines map[string]int // by names as linesOf has them
	errs  []error
}

// fail notes a mistake in entry i of a list, or in a table when i is negative. The line is that of the key, or of the
// head when the key is missing.
func (c *checker) fail(list string, i int, key, format string, args ...any) {
	head := list + "."
	if i >= 0 {
		head = fmt.Sprintf("%s.%d.", list, i)
	}
	line := cmp.Or(c.lines[head+key], c.lines[head])
	c.errs = append(c.errs, &Error{c.name, line, list + "." + key, fmt.Sprintf(format, args...)})
}

func (c *checker) lifetimes(given map[string]string) Lifetimes {
	l := Lifetimes{
		5 * time.Minute, 720 * time.Hour, 12 * time.Hour, 10 * time.Minute, 10 * time.Minute, 3 * time.Second,
	}
	known := map[string]*time.Duration{
		"access_token": &l.AccessToken, "refresh_token": &l.RefreshToken, "browser_session": &l.BrowserSession,
		"magic_link": &l.MagicLink, "device_code": &l.DeviceCode, "device_interval": &l.DeviceInterval,
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		target, ok := known[key]
		d, err := time.ParseDuration(given[key])
		switch {
		case !ok:
			c.fail("lifetimes", -1, key, "unknown")
		case err != nil:
			c.fail("lifetimes", -1, key, `a duration such as "90s" or "5m" is needed, not %q`, given[key])
		case d < time.Second || d > 10*365*24*time.Hour:
			c.fail("lifetimes", -1, key, "%s is not between a second and ten years", given[key])
		default:
			*target = d
		}
	}
	if l.DeviceInterval%time.Second != 0 || l.DeviceInterval > l.DeviceCode {
		c.fail("lifetimes", -1, "device_interval", "whole seconds are needed, and fewer than device_code has")
	}
	return l
}

var (
	idShape     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	domainShape = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+$`)
)

func (c *checker) tenants(cast *Cast) {
	ids, domains := map[string]bool{}, map[string]string{}
	for i, t := range cast.Tenants {
		c.id("tenants", i, t.ID, ids)
		if strings.TrimSpace(t.Name) == "" {
			c.fail("tenants", i, "name", "missing")
		}
		if len(t.Domains) == 0 {
			c.fail("tenants", i, "domains", "at least one is needed: it is how an address finds its company")
		}
		for _, d := range t.Domains {
			if !domainShape.MatchString(d) {
				c.fail("tenants", i, "domains", "%q is no domain in small letters", d)
			}
			if other, taken := domains[d]; taken {
				c.fail("tenants", i, "domains", "%s belongs to the tenant %s already", d, other)
			}
			domains[d] = t.ID
		}
	}
}

// id checks that an ID can be used and is used once.
func (c *checker) id(list string, i int, id string, seen map[string]bool) {
	switch {
	case id == "":
		c.fail(list, i, "id", "missing")
	case !idShape.MatchString(id):
		c.fail(list, i, "id", "%q has more than small letters, digits and hyphens", id)
	case seen[id]:
		c.fail(list, i, "id", "%s is there already", id)
	}
	seen[id] = true
}

func (c *checker) people(cast *Cast) {
	ids, emails := map[string]bool{}, map[string]bool{}
	if len(cast.People) == 0 {
		c.errs = append(c.errs, &Error{File: c.name, Key: "people", Problem: "at least one person is needed"})
	}
	for i, p := range cast.People {
		c.id("people", i, p.ID, ids)
		if strings.TrimSpace(p.Name) == "" {
			c.fail("people", i, "name", "missing")
		}
		if addr, err := mail.ParseAddress(p.Email); err != nil || addr.Address != p.Email {
			c.fail("people", i, "email", "%q is no address", p.Email)
		}
		if emails[strings.ToLower(p.Email)] {
			c.fail("people", i, "email", "%s belongs to somebody else already", p.Email)
		}
		emails[strings.ToLower(p.Email)] = true
		if p.TrustsApp && !p.Social {
			c.fail("people", i, "trusts_app", "only somebody with social = true can have let the app in there")
		}
		if err := face.Check(p.Look); err != nil {
			c.fail("people", i, "look", "%s", err)
		}
		c.member(cast, i, p)
	}
}

// member checks what the file says of a person at their company.
func (c *checker) member(cast *Cast, i int, p Person) {
	if p.Tenant == "" {
		switch {
		case len(p.Roles) > 0:
			c.fail("people", i, "roles", "roles need a tenant, and none is named")
		case p.Password != "":
			c.fail("people", i, "password", "a password needs a tenant, and none is named")
		case p.Assigned:
			c.fail("people", i, "assigned", "this needs a tenant, and none is named")
		}
		return
	}
	t, ok := cast.Tenant(p.Tenant)
	if !ok {
		c.fail("people", i, "tenant", "there is no tenant %q", p.Tenant)
		return
	}
	if p.Password == "" {
		c.fail("people", i, "password", "missing: people of a tenant sign in with one")
	}
	if !slices.Contains(t.Domains, DomainOf(p.Email)) {
		c.fail("people", i, "email", "%s is no domain of the tenant %s, so nobody with it is sent there",
			DomainOf(p.Email), t.ID)
	}
}
