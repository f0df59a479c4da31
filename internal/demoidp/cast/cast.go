// Package cast reads the file that says who and what the demo is made of: people,
// companies and lifetimes.
//
// It promises that a Cast it returns is whole: every name is unique, every tenant
// that is named exists, every lifetime can be used. What is wrong is refused with
// file, line and reason, all of it at once. It touches nothing: bytes in, values
// out.
package cast

import (
	_ "embed"
	"slices"
	"strings"
	"time"
)

// Example is the commented file that the demo uses unless it is given another.
//
//go:embed demo.toml
var Example []byte

// Cast is everything that the file says.
type Cast struct {
	Lifetimes Lifetimes
	Tenants   []Tenant
	People    []Person
}

// Lifetimes are how long things live.
type Lifetimes struct {
	AccessToken    time.Duration // of access and ID tokens
	RefreshToken   time.Duration // of one that nobody uses
	BrowserSession time.Duration // at the broker and at the directory
	MagicLink      time.Duration
	DeviceCode     time.Duration
	DeviceInterval time.Duration // between two questions of a device; whole seconds
}

// Tenant is a company with a directory of its own.
type Tenant struct {
	ID      string   `toml:"id"`
	Name    string   `toml:"name"`
	Domains []string `toml:"domains"` // of its people's addresses, in small letters
}

// Person is somebody who can sign in.
type Person struct {
	ID        string   `toml:"id"` // the subject in every token
	Name      string   `toml:"name"`
	Email     string   `toml:"email"`
	Verified  bool     `toml:"verified"`
	Picture   bool     `toml:"picture"`
	Social    bool     `toml:"social"`     // has an account at the social service
	TrustsApp bool     `toml:"trusts_app"` // has let the app in there before
	Tenant    string   `toml:"tenant"`     // an ID; empty for nobody's people
	Roles     []string `toml:"roles"`      // in the tenant
	Password  string   `toml:"password"`   // at the directory
	Assigned  bool     `toml:"assigned"`   // may use the app, says the directory
	Look      string   `toml:"look"`       // the face on the picture, by its name in package face
}

// Person finds a person by ID.
func (c *Cast) Person(id string) (Person, bool) {
	i := slices.IndexFunc(c.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return c.People[i], true
}

// Tenant finds a tenant by ID.
func (c *Cast) Tenant(id string) (Tenant, bool) {
	i := slices.IndexFunc(c.Tenants, func(t Tenant) bool { return t.ID == id })
	if i < 0 {
		return Tenant{}, false
	}
	return c.Tenants[i], true
}

// TenantOf finds the tenant whose domain an address has.
func (c *Cast) TenantOf(email string) (Tenant, bool) {
	domain := DomainOf(email)
	i := slices.IndexFunc(c.Tenants, func(t Tenant) bool { return slices.Contains(t.Domains, domain) })
	if i < 0 {
		return Tenant{}, false
	}
	return c.Tenants[i], true
}

// DomainOf returns what stands behind the last @, in small letters.
func DomainOf(email string) string {
	return strings.ToLower(email[strings.LastIndex(email, "@")+1:])
}

// Initials stand where there is no picture.
func Initials(name string) string {
	out := ""
	for _, word := range strings.Fields(name) {
		if out += string([]rune(word)[:1]); len([]rune(out)) == 2 {
			break
		}
	}
	return out
}
