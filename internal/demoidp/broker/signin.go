package broker

import (
	"net/http"
	netmail "net/mail"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/social"
)

// begin is where the app's request, or a device's page, sends the browser.
func (b *Broker) begin(w http.ResponseWriter, r *http.Request) {
	if id := r.URL.Query().Get("visit"); id != "" {
		if v, ok := b.visit(w, r, id); ok {
			b.greet(w, r, v, issuer.Request{})
		}
		return
	}
	req, ok := b.issuer.Request(r.URL.Query().Get("request"))
	if !ok {
		b.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	if req.None { // no page may be shown (OIDC Core §3.1.2.1)
		if who, p, ok := b.session(r); ok && suits(req, who, p) {
			b.issuer.Finish(w, r, req.ID, who)
			return
		}
		b.issuer.Refuse(w, r, req.ID, oidc.ErrLoginRequired())
		return
	}
	v := b.openVisit(w, r, req.ID, "")
	b.greet(w, r, v, req)
}

// suits reports whether a browser's session answers a request: recent enough, and
// of whom the client means.
func suits(req issuer.Request, who issuer.Who, p cast.Person) bool {
	return !req.Login && req.Fresh(who.At) &&
		(req.Subject == "" || req.Subject == who.Subject) &&
		(req.LoginHint == "" || strings.EqualFold(req.LoginHint, p.Email) || req.LoginHint == p.ID)
}

// greet shows the first page that fits: whoever is signed in here may go on with a
// click, a named company leads to its directory, and else the three ways stand open.
func (b *Broker) greet(w http.ResponseWriter, r *http.Request, v *visit, req issuer.Request) {
	who, p, ok := b.session(r)
	t, known := b.conf.Cast.Tenant(req.Tenant)
	switch {
	case ok && suits(req, who, p) && (!known || p.Tenant == t.ID):
		b.page(w, http.StatusOK, v, "welcome", struct {
			Visit, CSRF, Initials string
			Person                cast.Person
		}{v.id, b.site.Proof(r, v.id), cast.Initials(p.Name), p})
	case known:
		b.toDirectory(w, r, v, t, req.LoginHint)
	default:
		b.show(w, r, http.StatusOK, v, signIn{Email: hinted(req.LoginHint)})
	}
}

// hinted is the hint when it can be an address.
func hinted(hint string) string {
	if address, ok := address(hint); ok {
		return address
	}
	return ""
}

// signIn is what differs from one showing of the page to the next.
type signIn struct {
	Email   string // in the field
	Trouble string // with it
	Notice  string // of what happened on another page
}

// show shows the three ways.
func (b *Broker) show(w http.ResponseWriter, r *http.Request, status int, v *visit, s signIn) {
	type known struct {
		cast.Person
		First, Initials string
		Hinted          bool
	}
	var people []known
	for _, p := range b.conf.Cast.People {
		if p.Social && p.TrustsApp {
			first, _, _ := strings.Cut(p.Name, " ")
			people = append(people,
				known{p, first, cast.Initials(p.Name), s.Email != "" && strings.EqualFold(s.Email, p.Email)})
		}
	}
	b.page(w, status, v, "signin", struct {
		signIn
		Visit, CSRF, Social string
		People              []known
		Device              bool
	}{s, v.id, b.site.Proof(r, v.id), social.Name, people, v.device != ""})
}

// choose takes the way that was chosen.
func (b *Broker) choose(w http.ResponseWriter, r *http.Request) {
	v, ok := b.posted(w, r)
	if !ok {
		return
	}
	req, _ := b.issuer.Request(v.request)
	email, valid := address(r.PostFormValue("email"))
	switch form := r.PostForm; {
	case form.Has("cancel"):
		b.refuse(w, r, v, b.reason(v))
	case form.Has("continue"):
		b.goOn(w, r, v, req)
	case form.Has("other"):
		b.show(w, r, http.StatusOK, v, signIn{})
	case form.Has("person") || form.Get("way") == "social":
		b.toSocial(w, r, v, form.Get("person"))
	case !valid:
		b.show(w, r, http.StatusUnprocessableEntity, v,
			signIn{Email: r.PostFormValue("email"), Trouble: "Enter an email address, such as ada@acme.example."})
	case form.Get("way") == "sso":
		b.sso(w, r, v, email)
	default:
		b.send(w, r, v, email)
	}
}

// goOn takes the browser's session, if it still suits.
func (b *Broker) goOn(w http.ResponseWriter, r *http.Request, v *visit, req issuer.Request) {
	who, p, ok := b.session(r)
	if !ok || !suits(req, who, p) {
		b.show(w, r, http.StatusOK, v, signIn{Notice: "You were signed out here in the meantime."})
		return
	}
	b.finish(w, r, v, who)
}

// reason is why a person does not go on, as the app is told.
func (b *Broker) reason(v *visit) *oidc.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v.says != "" {
		return oidc.ErrAccessDenied().WithDescription("%s", v.says)
	}
	return issuer.ErrCancelled()
}

// address checks an email address that was typed.
func address(text string) (string, bool) {
	text = strings.TrimSpace(text)
	parsed, err := netmail.ParseAddress(text)
	if err != nil || parsed.Address != text || len(text) > 254 {
		return text, false
	}
	return text, true
}
