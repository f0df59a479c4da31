package broker

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"app.latchkey/internal/demoidp/pages"
)

// link is a magic link that is out. Of its token only the hash is kept; the mail has
// the rest.
type link struct {
	visit    *visit
	email    string
	until    time.Time
	used     bool
	replaced bool // by a newer one for the same visit
}

// send mails a link and shows that it was sent.
func (b *Broker) send(w http.ResponseWriter, r *http.Request, v *visit, email string) {
	token, now := rand.Text()+rand.Text(), time.Now()
	lives := b.conf.Cast.Lifetimes.MagicLink
	l := &link{visit: v, email: email, until: now.Add(lives)}
	b.mu.Lock()
	for h, old := range b.links {
		if now.Sub(old.until) > visitAge || len(b.links) >= maxRemembers {
			delete(b.links, h)
		}
	}
	if v.link != nil {
		v.link.replaced = true
	}
	v.link = l
	b.links[pages.Hash(token)] = l
	b.post(mail{To: email, Sent: now, Link: b.url(pathLink + "/" + token), Lives: span(lives)})
	b.mu.Unlock()
	http.Redirect(w, r, pathSent+"?"+url.Values{"visit": {v.id}}.Encode(), http.StatusSeeOther)
}

// stage is how far a visit by mail has come, for the tab that waits.
func (b *Broker) stage(v *visit) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case v.outcome != open:
		return string(v.outcome)
	case v.proven != "":
		return "naming"
	case v.who.Subject != "" || v.link != nil && v.link.used:
		return "elsewhere"
	case v.link != nil && time.Now().After(v.link.until):
		return "expired"
	}
	return "waiting"
}

// showSent is the tab that was left behind: it says what has become of the link.
func (b *Broker) showSent(w http.ResponseWriter, r *http.Request) {
	v, ok := b.visit(w, r, r.URL.Query().Get("visit"))
	if !ok {
		return
	}
	b.mu.Lock()
	l := v.link
	b.mu.Unlock()
	if l == nil {
		http.Redirect(w, r, pathSignIn+"?"+url.Values{"visit": {v.id}}.Encode(), http.StatusSeeOther)
		return
	}
	stage := b.stage(v)
	b.page(w, http.StatusOK, v, "sent", struct {
		Visit, CSRF, Email, Lives, Stage, Watch, Inbox string
		Pending                                        bool
	}{
		v.id, b.site.Proof(r, v.id), l.email, span(b.conf.Cast.Lifetimes.MagicLink), stage,
		pathSent + "/state?" + url.Values{"visit": {v.id}}.Encode(),
		pathInbox + "?" + url.Values{"to": {l.email}}.Encode(),
		stage == "waiting" || stage == "naming" || stage == "elsewhere",
	})
}

// sentState answers the script of that tab.
func (b *Broker) sentState(w http.ResponseWriter, r *http.Request) {
	if v, ok := b.visit(w, r, r.URL.Query().Get("visit")); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(b.stage(v)))
	}
}

// linkTrouble is why a link cannot be used.
type linkTrouble struct{ Title, Text string }

// look finds a link and says what is wrong with it for this browser. It changes
// nothing: programs that look through mail open links too.
func (b *Broker) look(r *http.Request, token string) (*link, int, *linkTrouble) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.links[pages.Hash(token)]
	switch {
	case !ok:
		return nil, http.StatusNotFound, &linkTrouble{"This link is not known", "It may have been cut short on the way, or the demo was started anew. Go back to the app and begin again there."}
	case l.visit.browser != b.site.KnownBrowser(r):
		return nil, http.StatusForbidden, &linkTrouble{"This is not the browser where you began", "Open the link in the browser, and on the computer, where the sign-in page is. So nobody can use a link that they got you to ask for."}
	case l.used:
		return nil, http.StatusGone, &linkTrouble{"This link was used already", "It works once. If you need another, go back to the app and begin again there."}
	case l.replaced:
		return nil, http.StatusGone, &linkTrouble{"There is a newer link", "You asked for another one after this. Use the link of the newest mail."}
	case time.Now().After(l.until):
		return nil, http.StatusGone, &linkTrouble{"This link has expired", "Go back to the tab where you began: it can send you another."}
	case l.visit.outcome != open:
		return nil, http.StatusGone, &linkTrouble{"This sign-in is over", "Go back to the app and begin again there."}
	}
	return l, http.StatusOK, nil
}

// showLink asks the person to confirm. The address alone signs nobody in.
func (b *Broker) showLink(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	l, status, trouble := b.look(r, token)
	if trouble != nil {
		b.site.Render(w, status, "link-trouble", trouble)
		return
	}
	b.page(w, http.StatusOK, l.visit, "link", struct{ Token, CSRF, Email string }{token, b.site.Proof(r, pages.Hash(token)), l.email})
}

// takeLink uses the link up.
func (b *Broker) takeLink(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	l, status, trouble := b.look(r, token)
	if trouble != nil {
		b.site.Render(w, status, "link-trouble", trouble)
		return
	}
	if !b.site.Proven(r, pages.Hash(token)) {
		b.site.Render(w, http.StatusForbidden, "wrong", nil)
		return
	}
	b.mu.Lock()
	again := l.used // by another tab at the same moment
	l.used = true
	b.mu.Unlock()
	if again {
		b.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	if p, ok := b.byEmail(l.email); ok {
		b.arrive(w, r, l.visit, p, "email")
		return
	}
	b.mu.Lock()
	l.visit.proven = l.email
	b.mu.Unlock()
	http.Redirect(w, r, pathName+"?"+url.Values{"visit": {l.visit.id}}.Encode(), http.StatusSeeOther)
}

// showName asks somebody new for a name.
func (b *Broker) showName(w http.ResponseWriter, r *http.Request) {
	if v, ok := b.visit(w, r, r.URL.Query().Get("visit")); ok {
		b.askName(w, r, http.StatusOK, v, "", "")
	}
}

func (b *Broker) askName(w http.ResponseWriter, r *http.Request, status int, v *visit, name, trouble string) {
	b.mu.Lock()
	email := v.proven
	b.mu.Unlock()
	if email == "" {
		b.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	b.page(w, status, v, "name", struct{ Visit, CSRF, Email, Name, Trouble string }{v.id, b.site.Proof(r, v.id), email, name, trouble})
}

// takeName makes the account and lets its owner in.
func (b *Broker) takeName(w http.ResponseWriter, r *http.Request) {
	v, ok := b.posted(w, r)
	if !ok {
		return
	}
	name := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if name == "" || len([]rune(name)) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
		b.askName(w, r, http.StatusUnprocessableEntity, v, name, "Enter the name that others shall see, of up to 100 letters.")
		return
	}
	b.mu.Lock()
	email := v.proven
	v.proven = ""
	b.mu.Unlock()
	if email == "" {
		b.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	p, err := b.welcome(name, email)
	if err != nil {
		b.conf.Log.Error("demoidp.newcomer", "err", err)
		b.site.Render(w, http.StatusInternalServerError, "over", nil)
		return
	}
	b.arrive(w, r, v, p, "email")
}

// span writes a lifetime as people say it.
func span(d time.Duration) string {
	text := d.Round(time.Second).String()
	switch {
	case d >= 2*time.Minute && d%time.Minute == 0 && d < time.Hour:
		text = strings.TrimSuffix(text, "m0s") + " minutes"
	case d == time.Minute:
		text = "one minute"
	case d < time.Minute:
		text = strings.TrimSuffix(text, "s") + " seconds"
	}
	return text
}
