// Package directory is the directory of the demo's companies: the part that Okta, or
// another company directory, plays. It is an OpenID provider of its own, whose one
// client for each company is the broker; people sign in with name and password.
//
// It promises that who is not of the company, or gives a wrong password, is told no
// more than that; that tries are counted; and that somebody who is of the company but
// not assigned to the app is sent back with access_denied. The passwords are those of
// the demo's file: they protect nothing. It opens no connection; its keys and grants
// are in the issuer's file.
package directory

import (
	"crypto/subtle"
	"embed"
	"fmt"
	"io/fs"
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
	Host     string // that it is reached at
	File     string // for the issuer
	Secret   string // of the broker
	Redirect string // of the broker
	Cast     *cast.Cast
	Log      *slog.Logger
}

// ClientID is what the broker is called for a tenant.
func ClientID(tenant string) string { return "broker-" + tenant }

// Directory is the service.
type Directory struct {
	conf   Config
	site   *pages.Site
	issuer *issuer.Issuer

	mu    sync.Mutex
	tries map[string]int // wrong passwords, by request
}

// maxTries is how many wrong passwords a sign-in survives.
const maxTries = 10

// New returns the directory.
func New(c Config) (*Directory, error) {
	sub, err := fs.Sub(texts, "pages")
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	site, err := pages.New("directory", "Company directory", c.Host, sub)
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
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

// describe says what the directory knows of its people.
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

// tenant is the company that a request's client stands for.
func (d *Directory) tenant(req issuer.Request) cast.Tenant {
	t, _ := d.conf.Cast.Tenant(strings.TrimPrefix(req.ClientID, ClientID("")))
	return t
}

// session is who is signed in here in this browser, if they are of the company.
func (d *Directory) session(r *http.Request, tenant string) (issuer.Who, cast.Person, bool) {
	who, ok := d.issuer.Open(d.site.ReadCookie(r, "_session"), d.conf.Cast.Lifetimes.BrowserSession)
	p, known := d.conf.Cast.Person(who.Subject)
	return who, p, ok && known && p.Tenant == tenant
}

// show asks for name and password, unless the browser is signed in already and the
// request leaves it at that.
func (d *Directory) show(w http.ResponseWriter, r *http.Request) {
	req, ok := d.issuer.Request(r.URL.Query().Get("request"))
	if !ok {
		d.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	t := d.tenant(req)
	who, p, ok := d.session(r, t.ID)
	meant := req.LoginHint == "" || strings.EqualFold(req.LoginHint, p.Email)
	if ok && meant && !req.Login && !req.Select && req.Fresh(who.At) {
		d.arrive(w, r, req, p, who)
		return
	}
	if req.None {
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
		d.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	if !d.site.Proven(r, req.ID) {
		d.site.Render(w, http.StatusForbidden, "wrong", nil)
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
		d.ask(w, r, http.StatusForbidden, req, name, "The name or the password is wrong. Try again, or look below "+
			"for who is here.")
		return
	}
	who := issuer.Who{Subject: p.ID, AMR: []string{"pwd"}, At: time.Now()}
	d.site.Cookie(w, "_session", d.issuer.Seal(who), d.conf.Cast.Lifetimes.BrowserSession)
	d.arrive(w, r, req, p, who)
}

// arrive sends somebody back who has shown who they are.
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

// check finds the person of a company by ID or address, and compares the password
// in a time that does not tell which of the two was wrong.
func (d *Directory) check(tenant, name, password string) (cast.Person, bool) {
	var found cast.Person
	for _, p := range d.conf.Cast.People {
		if p.Tenant == tenant && (p.ID == name || strings.EqualFold(p.Email, name)) {
			found = p
		}
	}
	same := subtle.ConstantTimeCompare([]byte(pages.Hash(found.Password)), []byte(pages.Hash(password))) == 1
	return found, same && found.ID != ""
}

// fail counts a wrong password and reports whether it was the last.
func (d *Directory) fail(request string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tries) > 1000 {
		clear(d.tries)
	}
	d.tries[request]++
	return d.tries[request] >= maxTries
}

// showSignOut asks whether the browser's session shall end.
func (d *Directory) showSignOut(w http.ResponseWriter, r *http.Request) {
	d.site.Browser(w, r)
	who, ok := d.issuer.Open(d.site.ReadCookie(r, "_session"), d.conf.Cast.Lifetimes.BrowserSession)
	p, _ := d.conf.Cast.Person(who.Subject)
	d.site.Render(w, http.StatusOK, "signout", struct {
		CSRF, Name string
		Here       bool
	}{d.site.Proof(r, "signout"), p.Name, ok})
}

// takeSignOut ends it.
func (d *Directory) takeSignOut(w http.ResponseWriter, r *http.Request) {
	if !d.site.Proven(r, "signout") {
		d.site.Render(w, http.StatusForbidden, "wrong", nil)
		return
	}
	d.site.Cookie(w, "_session", "", -time.Second)
	http.Redirect(w, r, "/signout", http.StatusSeeOther)
}
