// Package cast reads the file that says who and what is in the demo: people, companies and lifetimes.
//
// It promises that a [Cast] is whole: every ID is used once, every tenant that a person names exists, every lifetime
// can be used. Mistakes are refused with file, line and reason, all of them at once. The package touches nothing: bytes
// go in, values come out.
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
	RefreshToken   time.Duration // of a refresh token that nobody uses
	BrowserSession time.Duration // at the broker and at the directory
	MagicLink      time.Duration
	DeviceCode     time.Duration
	DeviceInterval time.Duration // between two questions of a device; whole seconds
}

// Tenant is a company with a directory of its own.
type Tenant struct {
	ID      string   `toml:"id"`
	Name    string   `toml:"name"`
	Domains []string `toml:"domains"` // of the email addresses of its people, in small letters
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
	Tenant    string   `toml:"tenant"`     // an ID; empty for a person without a company
	Roles     []string `toml:"roles"`      // in the tenant
	Password  string   `toml:"password"`   // at the directory
	Assigned  bool     `toml:"assigned"`   // the directory lets this person use the app
	Look      string   `toml:"look"`       // the face on the picture, by its name in package face
}

// Person finds a person by ID.
func (c *Cast) Person(id string) (Person, bool) {
	return Find(c.People, func(p Person) bool { return p.ID == id })
}

// Tenant finds a tenant by ID.
func (c *Cast) Tenant(id string) (Tenant, bool) {
	return Find(c.Tenants, func(t Tenant) bool { return t.ID == id })
}

// TenantOf finds the tenant of an email address by its domain.
func (c *Cast) TenantOf(email string) (Tenant, bool) {
	return Find(c.Tenants, func(t Tenant) bool { return slices.Contains(t.Domains, DomainOf(email)) })
}

// Find returns the first value of a list that matches.
func Find[T any](list []T, match func(T) bool) (found T, ok bool) {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i], true
	}
	return found, false
}

// DomainOf returns what stands behind the last @, in small letters.
func DomainOf(email string) string {
	return strings.ToLower(email[strings.LastIndex(email, "@")+1:])
}

// Initials returns what is shown of a person who has no picture.
func Initials(name string) string {
	out := ""
	for _, word := range strings.Fields(name) {
		if out += string([]rune(word)[:1]); len([]rune(out)) == 2 {
			break
		}
	}
	return out
}
