package broker

import (
	"cmp"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/pages"
)

// visit is one sign-in at the broker, from the first page to the answer. It answers an app's request, or a device that
// waits, and belongs to one browser.
type visit struct {
	id      string
	browser string
	created time.Time
	request string // the ID of the app's request; empty for a device
	device  string // the user code of the device; empty for an app

	// Broker.mu guards these.
	link    *link      // the newest link that was mailed
	proven  string     // the email address that a new person has proven, until they enter a name
	who     issuer.Who // who signed in for a device that is not answered yet
	says    string     // the reason that the company's directory gave for a refusal
	outcome outcome
}

// outcome is how a visit ended.
type outcome string

const (
	open      outcome = ""
	arrived   outcome = "arrived"
	cancelled outcome = "cancelled"
)

// openVisit begins a visit in this browser. When the person copies the address of the page into another browser, the
// visit belongs to that browser from then on.
func (b *Broker) openVisit(w http.ResponseWriter, r *http.Request, request, device string) *visit {
	browser := b.site.Browser(w, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.visits, func(_ string, old *visit) bool {
		return time.Since(old.created) > visitAge || len(b.visits) >= maxRemembers
	})
	id := cmp.Or(request, rand.Text())
	v, ok := b.visits[id]
	if !ok || v.browser != browser {
		v = &visit{id: id, browser: browser, created: time.Now(), request: request, device: device}
		b.visits[id] = v
	}
	return v
}

// visit finds the visit of a page in this browser. When there is none, it writes a page that says so and returns false.
func (b *Broker) visit(w http.ResponseWriter, r *http.Request, id string) (*visit, bool) {
	b.mu.Lock()
	v, ok := b.visits[id]
	b.mu.Unlock()
	switch {
	case !ok || time.Since(v.created) > visitAge:
		b.site.Over(w)
	case v.browser != b.site.KnownBrowser(r):
		b.site.Wrong(w)
	default:
		return v, true
	}
	return nil, false
}

// now returns a copy of a visit.
func (b *Broker) now(v *visit) visit {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *v
}

// goTo sends the browser to another page of a visit.
func goTo(w http.ResponseWriter, r *http.Request, path string, v *visit) {
	http.Redirect(w, r, path+"?"+url.Values{"visit": {v.id}}.Encode(), http.StatusSeeOther)
}

// page writes a page of a visit. Its forms may end at the app that asked.
func (b *Broker) page(w http.ResponseWriter, status int, v *visit, name string, data any) {
	if req, ok := b.issuer.Request(v.request); ok {
		pages.FormsTo(w, req.RedirectURI)
	}
	b.site.Render(w, status, name, data)
}

// posted finds the visit of a form that was posted from one of the broker's pages.
func (b *Broker) posted(w http.ResponseWriter, r *http.Request) (*visit, bool) {
	v, ok := b.visit(w, r, r.PostFormValue("visit"))
	if !ok {
		return nil, false
	}
	if !b.site.Proven(r, v.id) {
		b.site.Wrong(w)
		return nil, false
	}
	_, waiting := b.issuer.Request(v.request)
	if b.now(v).outcome != open || v.device == "" && !waiting {
		b.site.Over(w)
		return nil, false
	}
	return v, true
}

// arrive ends a visit in which the person has proven who they are: the browser stays signed in, and the app or the
// device is answered. at is when they proved it, and how names the way.
func (b *Broker) arrive(w http.ResponseWriter, r *http.Request, v *visit, p cast.Person, at time.Time, how string) {
	who := issuer.Who{Subject: p.ID, AMR: []string{how}, At: at}
	b.site.Cookie(w, sessionName, b.issuer.Seal(who), b.conf.Cast.Lifetimes.BrowserSession)
	b.finish(w, r, v, who)
}

// finish answers the app with a sign-in of who. A device is answered by the next page.
func (b *Broker) finish(w http.ResponseWriter, r *http.Request, v *visit, who issuer.Who) {
	if v.device != "" {
		b.mu.Lock()
		v.who = who
		b.mu.Unlock()
		goTo(w, r, pathAllow, v)
	} else if b.end(w, v, arrived) {
		b.issuer.Finish(w, r, v.request, who)
	}
}

// refuse ends a visit without a sign-in.
func (b *Broker) refuse(w http.ResponseWriter, r *http.Request, v *visit, reason *oidc.Error) {
	switch {
	case !b.end(w, v, cancelled):
	case v.device != "":
		b.issuer.AnswerDevice(v.device, issuer.Who{})
		b.site.Render(w, http.StatusOK, "device-done", false)
	default:
		b.issuer.Refuse(w, r, v.request, reason)
	}
}

// end notes how a visit ended. When it has ended before, end writes a page that says so and returns false.
func (b *Broker) end(w http.ResponseWriter, v *visit, how outcome) bool {
	b.mu.Lock()
	was := v.outcome
	v.outcome = cmp.Or(was, how)
	b.mu.Unlock()
	if was != open {
		b.site.Over(w)
	}
	return was == open
}
