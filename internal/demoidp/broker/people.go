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

// newcomer is a person who is not in the file: they came by a magic link and entered a name.
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

// person finds a person by subject.
func (b *Broker) person(id string) (cast.Person, bool) {
	return b.find(func(p cast.Person) bool { return p.ID == id })
}

// byEmail finds the person who has proven an email address. An address that a person only claims is not theirs:
// otherwise its owner would be given the account of the person who claimed it first.
func (b *Broker) byEmail(email string) (cast.Person, bool) {
	return b.find(func(p cast.Person) bool { return p.Verified && strings.EqualFold(p.Email, email) })
}

// find returns the first person, of the file or new, who matches.
func (b *Broker) find(match func(cast.Person) bool) (cast.Person, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return cast.Find(slices.Concat(b.conf.Cast.People, b.newcomers), match)
}

// welcome makes an account for an email address that was proven.
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

// describe returns the claims of a person: the standard ones, the company and the roles in Descope's form (tenants,
// dct), and the roles once more as a list.
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

// picture serves the picture of a person.
func (b *Broker) picture(w http.ResponseWriter, r *http.Request) {
	p, ok := b.person(strings.TrimSuffix(r.PathValue("name"), ".png"))
	if !ok || !p.Picture {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(face.PNG(p.Look))
}

// session tells who is signed in at the broker in this browser.
func (b *Broker) session(r *http.Request) (issuer.Who, cast.Person, bool) {
	who, ok := b.issuer.Open(b.site.ReadCookie(r, sessionName), b.conf.Cast.Lifetimes.BrowserSession)
	p, known := b.person(who.Subject)
	return who, p, ok && known
}
