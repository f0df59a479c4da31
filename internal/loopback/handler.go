package loopback

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	donePrefix = "/done/"
	// maxQuery is the longest query that is looked at, in bytes. Codes of real
	// providers stay below 4 KiB.
	maxQuery = 8 << 10
)

// ServeHTTP sorts the answer of this sign-in from everything else.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	secure(w.Header())
	if reason := r.foreign(req); reason != "" {
		r.stray(w, http.StatusForbidden, reason)
		return
	}
	switch {
	case req.URL.Path == r.donePath:
		r.done(w, req)
	case req.URL.Path != r.redirect.Path:
		http.Error(w, "Not found.", http.StatusNotFound) // a favicon, mostly: not worth a word
	default:
		if reason := r.take(req.URL.RawQuery); reason != "" {
			r.stray(w, http.StatusBadRequest, reason)
			return
		}
		// RFC 9700 §4.2.4: the page that the person sees has no code in its address.
		http.Redirect(w, req, r.donePath, http.StatusSeeOther)
	}
}

// foreign says why a request cannot come from the person's own navigation.
func (r *Receiver) foreign(req *http.Request) string {
	switch {
	case req.Host != r.redirect.Host:
		return "a request for another host" // DNS rebinding
	case req.Method != http.MethodGet:
		return "a request that is no GET"
	case prefetch(req.Header):
		return "a prefetch"
	}
	switch mode := req.Header.Get("Sec-Fetch-Mode"); mode {
	case "", "navigate":
		return ""
	}
	return "a request by a script or a picture of a page"
}

// prefetch reports whether a browser or a scanner asks ahead of the person.
func prefetch(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if v := strings.ToLower(h.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
			return true
		}
	}
	return false
}

// take accepts the query as the answer of this sign-in, or says why not. The
// same answer again is accepted again, and delivered once.
func (r *Receiver) take(raw string) string {
	if len(raw) > maxQuery {
		return "an answer that is too long"
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "an answer that is no query"
	}
	if len(values["state"]) != 1 || subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(r.conf.State)) != 1 {
		return "an answer with the state of another sign-in, or none"
	}
	// RFC 6749 §3.1: parameters must not be included more than once. Who knows the
	// state and doubles one is the provider, or somebody who read its answer: this
	// is not the answer, and a sound one may still come.
	for _, v := range values {
		if len(v) != 1 {
			return "an answer with a doubled parameter"
		}
	}
	if !values.Has("code") && !values.Has("error") {
		return "an answer with neither code nor error"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.closed:
		return "an answer after the end"
	default:
	}
	if r.taken == "" {
		r.taken = raw
		r.answer <- values
		return ""
	}
	if r.taken != raw {
		return "a second answer"
	}
	return ""
}

// stray refuses a request, and says so to the person if one is looking.
func (r *Receiver) stray(w http.ResponseWriter, status int, reason string) {
	r.conf.OnStray(reason)
	render(w, status, page{
		App: r.conf.App, Title: "That was not for this sign-in",
		Text: "This address belongs to another sign-in, or to none. The app still waits for yours: go back to the tab in which you were signing in.",
	})
}

// done shows the outcome as soon as it is known.
func (r *Receiver) done(w http.ResponseWriter, req *http.Request) {
	late := time.NewTimer(r.conf.OutcomeTimeout)
	defer late.Stop()
	p := page{App: r.conf.App, Title: "Still working", Text: "The app has your answer and is still checking it. Look there for how it ended."}
	select {
	case <-r.outcome:
		p = page{App: r.conf.App, OK: r.told.OK, Bad: !r.told.OK, Title: r.told.Title, Text: r.told.Text}
	case <-late.C:
	case <-r.closed:
		// Finish closes outcome before Close closes closed: look once more.
		select {
		case <-r.outcome:
			p = page{App: r.conf.App, OK: r.told.OK, Bad: !r.told.OK, Title: r.told.Title, Text: r.told.Text}
		default:
		}
	case <-req.Context().Done():
		return
	}
	render(w, http.StatusOK, p)
	select {
	case <-r.outcome:
		r.showing.Do(func() { close(r.shown) })
	default:
	}
}
