package broker

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// stage tells the waiting tab how far a sign-in by mail has come.
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

// showSent is the page that waits after a link was mailed, and shows whether it was used.
func (b *Broker) showSent(w http.ResponseWriter, r *http.Request) {
	v, ok := b.visit(w, r, r.URL.Query().Get("visit"))
	if !ok {
		return
	}
	l := b.now(v).link
	if l == nil {
		goTo(w, r, pathSignIn, v)
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

// sentState answers the script of the waiting page.
func (b *Broker) sentState(w http.ResponseWriter, r *http.Request) {
	if v, ok := b.visit(w, r, r.URL.Query().Get("visit")); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(b.stage(v)))
	}
}

// span writes a lifetime in words.
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
