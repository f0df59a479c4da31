package broker

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/face"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/keep"
)

// newcomer is somebody who came by a magic link and gave a name.
type newcomer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

type newcomersFile struct {
	Version int        `json:"v"`
	People  []newcomer `json:"people"`
}

func loadNewcomers(path string) ([]cast.Person, error) {
	var f newcomersFile
	if _, err := keep.Load(path, &f, func() bool { return f.Version == 1 }); err != nil {
		return nil, err
	}
	var out []cast.Person
	for _, n := range f.People {
		out = append(out, cast.Person{ID: n.ID, Name: n.Name, Email: n.Email, Verified: true})
	}
	return out, nil
}

// person finds somebody by subject.
func (b *Broker) person(id string) (cast.Person, bool) {
	if p, ok := b.conf.Cast.Person(id); ok {
		return p, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.newcomers {
		if p.ID == id {
			return p, true
		}
	}
	return cast.Person{}, false
}

// byEmail finds who has proven an address. One that somebody only claims is
// nobody's: else whoever claimed it first would share the account of its owner.
func (b *Broker) byEmail(email string) (cast.Person, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range [][]cast.Person{b.conf.Cast.People, b.newcomers} {
		for _, p := range list {
			if p.Verified && strings.EqualFold(p.Email, email) {
				return p, true
			}
		}
	}
	return cast.Person{}, false
}

// welcome makes an account for a proven address.
func (b *Broker) welcome(name, email string) (cast.Person, error) {
	p := cast.Person{ID: "u-" + strings.ToLower(rand.Text()[:12]), Name: name, Email: email, Verified: true}
	b.mu.Lock()
	defer b.mu.Unlock()
	f := newcomersFile{Version: 1}
	for _, old := range slices.Concat(b.newcomers, []cast.Person{p}) {
		f.People = append(f.People, newcomer{old.ID, old.Name, old.Email})
	}
	if err := keep.Save(b.conf.PeopleFile, f); err != nil {
		return cast.Person{}, err
	}
	b.newcomers = append(b.newcomers, p)
	return p, nil
}

// describe says who somebody is: the standard claims, and company and roles as
// Descope says them (tenants, dct) and plainly (roles).
func (b *Broker) describe(subject string) (oidc.UserInfo, bool) {
	p, ok := b.person(subject)
	if !ok {
		return oidc.UserInfo{}, false
	}
	info := oidc.UserInfo{
		UserInfoProfile: oidc.UserInfoProfile{Name: p.Name},
		UserInfoEmail:   oidc.UserInfoEmail{Email: p.Email, EmailVerified: oidc.Bool(p.Verified)},
	}
	if p.Picture {
		info.Picture = b.url(pathPicture + p.ID + ".png")
	}
	if t, ok := b.conf.Cast.Tenant(p.Tenant); ok {
		roles := p.Roles
		if roles == nil {
			roles = []string{}
		}
		info.AppendClaims("tenants", map[string]any{t.ID: map[string]any{"name": t.Name, "roles": roles}})
		info.AppendClaims("dct", t.ID)
		info.AppendClaims("roles", roles)
	}
	return info, true
}

// picture serves somebody's face.
func (b *Broker) picture(w http.ResponseWriter, r *http.Request) {
	p, ok := b.person(strings.TrimSuffix(r.PathValue("name"), ".png"))
	if !ok || !p.Picture {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(face.PNG(p.Look))
}

// session is who is signed in here in this browser.
func (b *Broker) session(r *http.Request) (issuer.Who, cast.Person, bool) {
	who, ok := b.issuer.Open(b.site.ReadCookie(r, sessionName), b.conf.Cast.Lifetimes.BrowserSession)
	p, known := b.person(who.Subject)
	return who, p, ok && known
}
