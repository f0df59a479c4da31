package broker

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/pages"
)

// visit is somebody on their way in, from the first page to the answer. It is for
// an app's request, or for a device that waits, and belongs to one browser.
type visit struct {
	id      string
	browser string
	created time.Time
	request string // the app's, or
	device  string // the user code of a device

	link    *link      // the last one sent
	proven  string     // an address that was proven and has no name yet
	who     issuer.Who // who signed in, for a device that is not answered yet
	says    string     // what a company's directory said when it refused
	outcome outcome
}

// outcome is how a visit ended, for a tab that was left behind.
type outcome string

const (
	open      outcome = ""
	arrived   outcome = "arrived"
	cancelled outcome = "cancelled"
)

// openVisit begins a visit in this browser. A request that is opened in another
// browser belongs to that one from then on: the person may copy its address.
func (b *Broker) openVisit(w http.ResponseWriter, r *http.Request, request, device string) *visit {
	browser := b.site.Browser(w, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, old := range b.visits {
		if time.Since(old.created) > visitAge || len(b.visits) >= maxRemembers {
			delete(b.visits, id)
		}
	}
	id := cmp.Or(request, rand.Text())
	v, ok := b.visits[id]
	if !ok || v.browser != browser {
		v = &visit{id: id, browser: browser, created: time.Now(), request: request, device: device}
		b.visits[id] = v
	}
	return v
}

// visit finds the visit of a page in this browser; without one it answers itself.
func (b *Broker) visit(w http.ResponseWriter, r *http.Request, id string) (*visit, bool) {
	b.mu.Lock()
	v, ok := b.visits[id]
	b.mu.Unlock()
	switch {
	case !ok || time.Since(v.created) > visitAge:
		b.site.Render(w, http.StatusGone, "over", nil)
	case v.browser != b.site.KnownBrowser(r):
		b.site.Render(w, http.StatusForbidden, "wrong", nil)
	default:
		return v, true
	}
	return nil, false
}

// page writes a page of a visit, whose forms may end at the app that asked.
func (b *Broker) page(w http.ResponseWriter, status int, v *visit, name string, data any) {
	if req, ok := b.issuer.Request(v.request); ok {
		pages.FormsTo(w, req.RedirectURI)
	}
	b.site.Render(w, status, name, data)
}

// posted finds the visit of a form that was posted from a page of ours.
func (b *Broker) posted(w http.ResponseWriter, r *http.Request) (*visit, bool) {
	v, ok := b.visit(w, r, r.PostFormValue("visit"))
	if !ok {
		return nil, false
	}
	if !b.site.Proven(r, v.id) {
		b.site.Render(w, http.StatusForbidden, "wrong", nil)
		return nil, false
	}
	_, waiting := b.issuer.Request(v.request)
	b.mu.Lock()
	over := v.outcome != open || v.device == "" && !waiting
	b.mu.Unlock()
	if over {
		b.site.Render(w, http.StatusGone, "over", nil)
		return nil, false
	}
	return v, true
}

// arrive ends a visit well: the browser is remembered, and the app or the device
// gets its answer. at is when the person proved who they are, and how names the way.
func (b *Broker) arrive(w http.ResponseWriter, r *http.Request, v *visit, p cast.Person, at time.Time, how string) {
	who := issuer.Who{Subject: p.ID, AMR: []string{how}, At: at}
	b.site.Cookie(w, sessionName, b.issuer.Seal(who), b.conf.Cast.Lifetimes.BrowserSession)
	b.finish(w, r, v, who)
}

// finish answers as who.
func (b *Broker) finish(w http.ResponseWriter, r *http.Request, v *visit, who issuer.Who) {
	b.mu.Lock()
	over := v.outcome != open
	switch {
	case over:
	case v.device != "":
		v.who = who // the device is answered on the next page
	default:
		v.outcome = arrived
	}
	b.mu.Unlock()
	switch {
	case over:
		b.site.Render(w, http.StatusGone, "over", nil)
	case v.device != "":
		http.Redirect(w, r, pathAllow+"?"+url.Values{"visit": {v.id}}.Encode(), http.StatusSeeOther)
	default:
		b.issuer.Finish(w, r, v.request, who)
	}
}

// refuse ends a visit without a sign-in.
func (b *Broker) refuse(w http.ResponseWriter, r *http.Request, v *visit, reason *oidc.Error) {
	b.mu.Lock()
	over := v.outcome != open
	if !over {
		v.outcome = cancelled
	}
	b.mu.Unlock()
	switch {
	case over:
		b.site.Render(w, http.StatusGone, "over", nil)
	case v.device != "":
		b.issuer.AnswerDevice(v.device, issuer.Who{})
		b.site.Render(w, http.StatusOK, "device-done", false)
	default:
		b.issuer.Refuse(w, r, v.request, reason)
	}
}
