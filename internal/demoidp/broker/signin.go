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

// begin is the first page of a sign-in, for an app's request or for a device.
func (b *Broker) begin(w http.ResponseWriter, r *http.Request) {
	if id := r.URL.Query().Get("visit"); id != "" {
		if v, ok := b.visit(w, r, id); ok {
			b.greet(w, r, v, issuer.Request{})
		}
		return
	}
	req, ok := b.issuer.Request(r.URL.Query().Get("request"))
	if !ok {
		b.site.Over(w)
		return
	}
	if req.Asks(oidc.PromptNone) { // no page may be shown (OIDC Core §3.1.2.1)
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

// suits reports whether a browser's session answers a request: it must be recent enough, and of the person whom the
// client means.
func suits(req issuer.Request, who issuer.Who, p cast.Person) bool {
	return !req.Asks(oidc.PromptLogin) && req.Fresh(who.At) &&
		(req.Hinted == "" || req.Hinted == who.Subject) &&
		(req.LoginHint == "" || strings.EqualFold(req.LoginHint, p.Email) || req.LoginHint == p.ID)
}

// greet shows the first page. A person who is signed in already may continue with a click, a company that the app names
// leads to its directory, and in all other cases the page offers the three ways to sign in.
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
		b.show(w, r, http.StatusOK, v, signIn{Email: address(req.LoginHint)})
	}
}

// signIn is the part of the sign-in page that changes.
type signIn struct {
	Email   string // what stands in the field
	Trouble string // what is wrong with the field
	Notice  string // what happened on another page
}

// show shows the three ways to sign in.
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

// choose goes the way that the person chose.
func (b *Broker) choose(w http.ResponseWriter, r *http.Request) {
	v, ok := b.posted(w, r)
	if !ok {
		return
	}
	req, _ := b.issuer.Request(v.request)
	email := address(r.PostFormValue("email"))
	switch form := r.PostForm; {
	case form.Has("cancel"):
		b.refuse(w, r, v, b.reason(v))
	case form.Has("continue"):
		b.goOn(w, r, v, req)
	case form.Has("other"):
		b.show(w, r, http.StatusOK, v, signIn{})
	case form.Has("person") || form.Get("way") == "social":
		b.toSocial(w, r, v, form.Get("person"))
	case email == "":
		b.show(w, r, http.StatusUnprocessableEntity, v,
			signIn{Email: r.PostFormValue("email"), Trouble: "Enter an email address, such as ada@acme.example."})
	case form.Get("way") == "sso":
		b.sso(w, r, v, email)
	default:
		b.send(w, r, v, email)
	}
}

// goOn signs the person in by the browser's session, if that still suits the request.
func (b *Broker) goOn(w http.ResponseWriter, r *http.Request, v *visit, req issuer.Request) {
	who, p, ok := b.session(r)
	if !ok || !suits(req, who, p) {
		b.show(w, r, http.StatusOK, v, signIn{Notice: "You were signed out here in the meantime."})
		return
	}
	b.finish(w, r, v, who)
}

// reason is what the app is told when a person cancels.
func (b *Broker) reason(v *visit) *oidc.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v.says != "" {
		return oidc.ErrAccessDenied().WithDescription("%s", v.says)
	}
	return issuer.ErrCancelled()
}

// address returns an email address that was typed, without spaces around it. It is empty when the text is none.
func address(text string) string {
	text = strings.TrimSpace(text)
	if parsed, err := netmail.ParseAddress(text); err != nil || parsed.Address != text || len(text) > 254 {
		return ""
	}
	return text
}
