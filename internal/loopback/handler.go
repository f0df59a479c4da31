package loopback

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	donePrefix   = "/done/"
	givenUpPath  = donePrefix + "given-up"
	fragmentPath = donePrefix + "fragment"
)

// ServeHTTP sorts the answer of this sign-in from everything else.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	secure(w.Header())
	if r.closed.isShut() {
		r.late(w, req)
		return
	}
	if reason := r.foreign(req); reason != "" {
		r.stray(w, http.StatusForbidden, Stray{Reason: reason})
		return
	}
	c := connection(req)
	if req.Method == http.MethodGet && req.URL.Path == r.donePath {
		defer c.keep()()
		r.done(w, req)
		return
	}
	if !r.bears(req) { // which may have to read a form, so that its connection is not kept
		r.unbound(w, req)
		return
	}
	defer c.keep()()
	if err := r.conf.Peer.check(c); err != nil {
		r.stray(w, http.StatusForbidden,
			Stray{Reason: "an answer by another user, or by nobody that can be told", Err: err})
		return
	}
	stray, broken := r.judge(req)
	if stray != "" {
		r.stray(w, http.StatusBadRequest, Stray{Reason: stray})
		return
	}
	if broken != "" {
		r.settle(broken, result{err: &BrokenError{broken}})
	}
	// RFC 9700 §4.2.4: the page that the person sees has no code in its address.
	http.Redirect(w, req, r.donePath, http.StatusSeeOther)
}

// foreign says why a request cannot come from the person's own navigation.
func (r *Receiver) foreign(req *http.Request) string {
	switch {
	case req.Host != r.redirect.Host && !r.otherName(req.Host):
		return "a request for another host" // DNS rebinding
	case req.Method != http.MethodGet && req.Method != http.MethodPost:
		return "a request that is no GET"
	case prefetch(req.Header):
		return "a prefetch"
	}
	switch req.Header.Get("Sec-Fetch-Mode") {
	case "", "navigate":
		return ""
	}
	return "a request by a script or a picture of a page"
}

// otherName reports whether host is another name of this listener. A provider that
// changes the redirect URI sends the browser there.
func (r *Receiver) otherName(host string) bool {
	return slices.ContainsFunc([]string{"127.0.0.1", "localhost", "::1"}, func(name string) bool {
		return strings.EqualFold(host, net.JoinHostPort(name, r.redirect.Port()))
	})
}

// prefetch reports whether a browser or a scanner asks ahead of the person.
func prefetch(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if v := strings.ToLower(h.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") ||
			strings.Contains(v, "preview") {
			return true
		}
	}
	return false
}

// unbound refuses a request without the state. An error in such a request is shown on the waiting
// screen, because a provider that cannot read a request answers without the state (RFC 6749 §4.1.2.1).
// The error does not end the wait, because anybody could have sent it.
func (r *Receiver) unbound(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		r.stray(w, http.StatusForbidden, Stray{Reason: "a request that is no GET"})
		return
	}
	values, _ := url.ParseQuery(req.URL.RawQuery) // what can be read of it
	if req.URL.Path != r.redirect.Path && !values.Has("error") {
		http.Error(w, "Not found.", http.StatusNotFound) // a favicon, mostly: not worth a word
		return
	}
	if req.URL.RawQuery == "" {
		r.conf.OnStray(Stray{Reason: "a request without an answer"})
		renderFragment(w, r.conf.App)
		return
	}
	s := Stray{Reason: "an answer with the state of another sign-in, or none"}
	if !values.Has("state") {
		s.Code, s.Description = values.Get("error"), values.Get("error_description")
	}
	r.stray(w, http.StatusBadRequest, s)
}

// stray refuses a request, and says so to the person if one is looking.
func (r *Receiver) stray(w http.ResponseWriter, status int, s Stray) {
	r.conf.OnStray(s)
	p := page{
		App: r.conf.App, Title: "That was not for this sign-in",
		Text: "This address belongs to another sign-in, or to none. The app is still waiting for yours: go back to " +
			"the tab in which you were signing in.",
	}
	if errors.Is(s.Err, ErrOtherUser) {
		p.Title, p.Text = "That came from another user of this computer", "The app takes an answer only from a "+
			"browser that its own user has started. Where the two share this network on purpose (WSL, a container), "+
			"the setting redirect_any_user allows it. The app is still waiting."
	}
	render(w, status, p)
}

// done shows the outcome as soon as it is known.
func (r *Receiver) done(w http.ResponseWriter, req *http.Request) {
	late := time.NewTimer(r.conf.OutcomeTimeout)
	defer late.Stop()
	p := page{
		App: r.conf.App, Title: "Still working", Text: "The app has your answer and is still checking it. It " +
			"will show the result.",
	}
	select {
	case <-r.outcome.done:
	case <-late.C:
	case <-r.closed.done:
	case <-req.Context().Done():
		return
	}
	known := r.outcome.isShut() // also where the wait has ended meanwhile
	if known {
		p = page{App: r.conf.App, OK: r.told.OK, Bad: !r.told.OK, Last: true, Title: r.told.Title, Text: r.told.Text}
	}
	render(w, http.StatusOK, p)
	if known {
		r.shown.shut()
	}
}

// late answers a browser that comes after the wait has ended: the page says that nobody waits for it.
// The answer's code and state are not stored, and a redirect removes them from the address bar.
func (r *Receiver) late(w http.ResponseWriter, req *http.Request) {
	switch {
	case !r.otherName(req.Host), req.Method != http.MethodGet && req.Method != http.MethodPost:
		http.Error(w, "Not found.", http.StatusNotFound)
	case req.URL.Path == makeWayPath && req.Method == http.MethodGet:
		r.makeWay(w, req)
	case req.URL.Path == givenUpPath:
		render(w, http.StatusOK, page{
			App: r.conf.App, Bad: true, Last: true, Title: "This sign-in was given up",
			Text: "It was cancelled, or took too long. Nothing has changed. Close this tab, and start again in " +
				"the app.",
		})
	case req.URL.Path == r.redirect.Path || req.URL.RawQuery != "":
		http.Redirect(w, req, givenUpPath, http.StatusSeeOther)
	default:
		http.Error(w, "Not found.", http.StatusNotFound)
	}
}
