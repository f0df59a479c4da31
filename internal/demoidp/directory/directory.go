// Package directory is the directory of the demo's companies, the part that Okta or another company directory plays. It
// is an OpenID provider whose one client for each company is the broker; people sign in with name and password.
//
// It promises that a wrong name and a wrong password are answered alike; that wrong passwords are counted; and that a
// member of the company who is not assigned to the app is sent back with access_denied. The passwords are those of the
// demo's file and protect nothing. The package opens no connection; its keys and grants are in the issuer's file.
package directory

import (
	"crypto/subtle"
	"embed"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/pages"
)

//go:embed pages
var texts embed.FS

// Config describes the directory.
type Config struct {
	Host             string // where it is reached
	File             string // for the issuer
	Secret, Redirect string // of the broker, which is its client
	Cast             *cast.Cast
	Log              *slog.Logger
}

// ClientID is the broker's client ID for a tenant.
func ClientID(tenant string) string { return "broker-" + tenant }

// Directory is the service.
type Directory struct {
	conf   Config
	site   *pages.Site
	issuer *issuer.Issuer

	mu    sync.Mutex
	tries map[string]int // wrong passwords, by request
}

// maxTries is the number of wrong passwords that ends a sign-in.
const maxTries = 10

// New returns the directory.
func New(c Config) (*Directory, error) {
	site := pages.New("directory", "Company directory", c.Host, texts)
	d := &Directory{conf: c, site: site, tries: map[string]int{}}
	conf := issuer.Config{
		Issuer: "http://" + c.Host, File: c.File, Log: c.Log,
		Scopes: []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail},
		Access: 5 * time.Minute, Refresh: time.Hour, LoginPath: "/signin", SignOutPath: "/signout",
		Describe: d.describe,
	}
	for _, t := range c.Cast.Tenants {
		conf.Clients = append(conf.Clients,
			issuer.Client{ID: ClientID(t.ID), Secret: c.Secret, Redirects: []string{c.Redirect}})
	}
	var err error
	d.issuer, err = issuer.New(conf)
	return d, err
}

// Handler serves everything.
func (d *Directory) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /signin", d.show)
	mux.HandleFunc("POST /signin", d.take)
	mux.HandleFunc("GET /signout", d.showSignOut)
	mux.HandleFunc("POST /signout", d.takeSignOut)
	mux.Handle("/", d.issuer)
	return d.site.Guard(mux, issuer.Endpoints()...)
}

// describe returns what the directory knows of a person.
func (d *Directory) describe(subject string) (oidc.UserInfo, bool) {
	p, ok := d.conf.Cast.Person(subject)
	if !ok || p.Tenant == "" {
		return oidc.UserInfo{}, false
	}
	return oidc.UserInfo{
		UserInfoProfile: oidc.UserInfoProfile{Name: p.Name, PreferredUsername: p.ID},
		UserInfoEmail:   oidc.UserInfoEmail{Email: p.Email, EmailVerified: oidc.Bool(p.Verified)},
	}, true
}

// tenant is the company to which a request's client belongs.
func (d *Directory) tenant(req issuer.Request) cast.Tenant {
	t, _ := d.conf.Cast.Tenant(strings.TrimPrefix(req.ClientID, ClientID("")))
	return t
}

// session tells who is signed in at the directory in this browser.
func (d *Directory) session(r *http.Request) (issuer.Who, cast.Person, bool) {
	who, ok := d.issuer.Open(d.site.ReadCookie(r, "_session"), d.conf.Cast.Lifetimes.BrowserSession)
	p, known := d.conf.Cast.Person(who.Subject)
	return who, p, ok && known
}

// show asks for name and password, unless the person whom the request means is signed in already and the request
// demands no new sign-in.
func (d *Directory) show(w http.ResponseWriter, r *http.Request) {
	req, ok := d.issuer.Request(r.URL.Query().Get("request"))
	if !ok {
		d.site.Over(w)
		return
	}
	who, p, ok := d.session(r)
	meant := p.Tenant == d.tenant(req).ID && (req.LoginHint == "" || strings.EqualFold(req.LoginHint, p.Email))
	if ok && meant && !req.Asks(oidc.PromptLogin) && !req.Asks(oidc.PromptSelectAccount) && req.Fresh(who.At) {
		d.arrive(w, r, req, p, who)
		return
	}
	if req.Asks(oidc.PromptNone) {
		d.issuer.Refuse(w, r, req.ID, oidc.ErrLoginRequired())
		return
	}
	d.ask(w, r, http.StatusOK, req, req.LoginHint, "")
}

// ask shows the form.
func (d *Directory) ask(w http.ResponseWriter, r *http.Request, status int, req issuer.Request, name, trouble string) {
	d.site.Browser(w, r)
	t := d.tenant(req)
	var people []cast.Person
	for _, p := range d.conf.Cast.People {
		if p.Tenant == t.ID {
			people = append(people, p)
		}
	}
	d.site.Render(w, status, "signin", struct {
		Request, CSRF, Tenant, Name, Trouble string
		People                               []cast.Person
	}{req.ID, d.site.Proof(r, req.ID), t.Name, name, trouble, people})
}

// take checks name and password.
func (d *Directory) take(w http.ResponseWriter, r *http.Request) {
	req, ok := d.issuer.Request(r.PostFormValue("request"))
	if !ok {
		d.site.Over(w)
		return
	}
	if !d.site.Proven(r, req.ID) {
		d.site.Wrong(w)
		return
	}
	if r.PostForm.Has("cancel") {
		d.issuer.Refuse(w, r, req.ID, issuer.ErrCancelled())
		return
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	p, ok := d.check(d.tenant(req).ID, name, r.PostFormValue("password"))
	if !ok && d.fail(req.ID) {
		d.issuer.Refuse(w, r, req.ID, oidc.ErrAccessDenied().WithDescription("Too many wrong passwords."))
		return
	}
	if !ok {
		d.ask(w, r, http.StatusForbidden, req, name, "The name or the password is wrong. Try again, or look "+
			"below for who can sign in.")
		return
	}
	who := issuer.Who{Subject: p.ID, AMR: []string{"pwd"}, At: time.Now()}
	d.site.Cookie(w, "_session", d.issuer.Seal(who), d.conf.Cast.Lifetimes.BrowserSession)
	d.arrive(w, r, req, p, who)
}

// arrive sends the browser back to the broker after the person has proven who they are.
func (d *Directory) arrive(w http.ResponseWriter, r *http.Request, req issuer.Request, p cast.Person, who issuer.Who) {
	d.mu.Lock()
	delete(d.tries, req.ID)
	d.mu.Unlock()
	if !p.Assigned {
		d.issuer.Refuse(w, r, req.ID,
			oidc.ErrAccessDenied().WithDescription("User is not assigned to the client application."))
		return
	}
	d.issuer.Finish(w, r, req.ID, who)
}

// check finds a person of a company by ID or address, and compares the password. The comparison takes equally long when
// there is no such person.
func (d *Directory) check(tenant, name, password string) (cast.Person, bool) {
	p, found := cast.Find(d.conf.Cast.People, func(p cast.Person) bool {
		return p.Tenant == tenant && (p.ID == name || strings.EqualFold(p.Email, name))
	})
	same := subtle.ConstantTimeCompare([]byte(pages.Hash(p.Password)), []byte(pages.Hash(password))) == 1
	return p, found && same
}

// fail counts a wrong password and reports whether it was the last one allowed.
func (d *Directory) fail(request string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tries) > 1000 {
		clear(d.tries)
	}
	d.tries[request]++
	return d.tries[request] >= maxTries
}

// showSignOut asks whether to end the browser's session.
func (d *Directory) showSignOut(w http.ResponseWriter, r *http.Request) {
	d.site.Browser(w, r)
	_, p, ok := d.session(r)
	d.site.Render(w, http.StatusOK, "signout", struct {
		CSRF, Name string
		Here       bool
	}{d.site.Proof(r, "signout"), p.Name, ok})
}

// takeSignOut ends the browser's session.
func (d *Directory) takeSignOut(w http.ResponseWriter, r *http.Request) {
	if !d.site.Proven(r, "signout") {
		d.site.Wrong(w)
		return
	}
	d.site.Cookie(w, "_session", "", -time.Second)
	http.Redirect(w, r, "/signout", http.StatusSeeOther)
}
