package broker

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"app.latchkey/internal/demoidp/cast"
)

// signOutPage is what the page shows: the question, or that it is done.
type signOutPage struct {
	ID, CSRF  string
	Here      bool // a person is signed in in this browser
	Person    cast.Person
	Directory string // the sign-out page of the company's directory; empty when its session does not matter
}

// showSignOut asks whether to end the browser's session (RP-Initiated Logout 1.0 §2), or says that there is none.
func (b *Broker) showSignOut(w http.ResponseWriter, r *http.Request) {
	b.site.Browser(w, r)
	_, p, ok := b.session(r)
	page := signOutPage{ID: r.URL.Query().Get("id"), CSRF: b.site.Proof(r, "signout"), Here: ok, Person: p}
	if r.URL.Query().Has("sso") {
		page.Directory = b.conf.Directory.URL + "/signout"
	}
	b.site.Render(w, http.StatusOK, "signout", page)
}

// takeSignOut ends the browser's session at the broker and sends the browser back to the app that asked for it. The
// session at the directory goes on.
func (b *Broker) takeSignOut(w http.ResponseWriter, r *http.Request) {
	if !b.site.Proven(r, "signout") {
		b.site.Wrong(w)
		return
	}
	q := url.Values{}
	if who, _, ok := b.session(r); ok && slices.Contains(who.AMR, "sso") {
		q.Set("sso", "1")
	}
	b.site.Cookie(w, sessionName, "", -time.Second)
	if back := b.issuer.SignedOut(r.PostFormValue("id")); back != "" {
		http.Redirect(w, r, back, http.StatusSeeOther) // #nosec G710 -- registered, as the issuer has checked
		return
	}
	http.Redirect(w, r, pathSignOut+"?"+q.Encode(), http.StatusSeeOther)
}
