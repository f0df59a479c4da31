package loopback

import (
	"cmp"
	"context"
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// FormConfig describes a request that the browser is to post to another site,
// because its fields must stand in no URL.
type FormConfig struct {
	App string
	// Host and Ports are where to listen, as for a [Receiver].
	Host  string
	Ports []int
	// Landing is the path that the other site sends the browser back to; empty when it sends it nowhere. State is
	// what it must bring back; a return to a form without a state says that a browser came, and proves nothing.
	Landing, State string
	// Peer, when set, says whether a peer may fetch the page.
	Peer PeerCheck
}

// Form is a page of our own that posts a form, once, and where the browser may come back to.
type Form struct {
	conf   FormConfig
	base   *url.URL
	path   string // of the page, unguessable
	server *server
	sent   latch
	landed latch

	mu     sync.Mutex
	action string // the other site's endpoint
	fields url.Values
	served bool
}

// formLinger is how long the browser is given to fetch the page and no longer.
const formLinger = 10 * time.Second

const submit = `document.forms[0].submit()`

var (
	submitHash = hash(submit)
	formPage   = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("form").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` + icon + `
<title>Signing out · {{.App}}</title><style>` + style + `</style>
<main>` + mark + `<h1>Signing out…</h1><p>Your browser continues to your provider.</p>
<form method="post" action="{{.Action}}">{{range $name, $values := .Fields}}{{range $values}}
<input type="hidden" name="{{$name}}" value="{{.}}">{{end}}{{end}}
<p><button>Continue</button></p></form></main><script>` + submit + `</script></html>
`))
	})
)

// ServeForm listens on a loopback port for the one request of its page, which is there once [Form.Post] has said what
// it posts. The caller must call [Form.Close].
func ServeForm(ctx context.Context, c FormConfig) (*Form, error) {
	c.Host = cmp.Or(c.Host, "127.0.0.1")
	listeners, port, err := bind(ctx, Config{Host: c.Host, Ports: c.Ports})
	if err != nil {
		return nil, err
	}
	f := &Form{conf: c, base: origin(c.Host, port), path: "/form/" + rand.Text(), sent: newLatch(), landed: newLatch()}
	f.server = serve(f, listeners)
	return f, nil
}

// LandingURI is where the other site may send the browser back to; empty when nothing was configured.
func (f *Form) LandingURI() string {
	if f.conf.Landing == "" {
		return ""
	}
	return f.base.JoinPath(f.conf.Landing).String() // #nosec G125 -- both are ours
}

// Post says what the page posts, and where, and returns the page's address. The page is delivered once.
func (f *Form) Post(action string, fields url.Values) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.action, f.fields = action, fields
	return f.base.JoinPath(f.path).String() // #nosec G125 -- both are ours
}

// Landed returns when the browser has come back with the state, or the context's error.
func (f *Form) Landed(ctx context.Context) error {
	return f.landed.wait(ctx)
}

// Wait returns when the page was delivered, or when it is clear that no browser fetches it.
func (f *Form) Wait(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, formLinger)
	defer stop()
	return f.sent.wait(ctx)
}

// Close frees the port.
func (f *Form) Close() error {
	f.server.close()
	return nil
}

// ServeHTTP answers the page's one request, and the browser's return.
func (f *Form) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	secure(w.Header())
	c := connection(req)
	defer c.keep()()
	switch {
	case req.Host != f.base.Host || req.Method != http.MethodGet || prefetch(req.Header):
		http.Error(w, "Not found.", http.StatusNotFound)
	case same(req.URL.Path, f.path):
		if f.conf.Peer.check(c) != nil {
			http.Error(w, "This page is for a browser of the user who signs out.", http.StatusForbidden)
			return
		}
		f.page(w)
	case f.conf.Landing != "" && req.URL.Path == f.conf.Landing:
		f.land(w, req)
	default:
		http.Error(w, "Not found.", http.StatusNotFound)
	}
}

// land takes the browser's return (RP-Initiated Logout 1.0 §3): only with the state that was sent is it the answer.
func (f *Form) land(w http.ResponseWriter, req *http.Request) {
	state := req.URL.Query()["state"]
	if f.conf.State != "" && (len(state) != 1 || !same(state[0], f.conf.State)) {
		render(w, http.StatusBadRequest, page{
			App: f.conf.App, Title: "That was not for this sign-out",
			Text: "This address belongs to another sign-out, or to none. The app shows how yours ended.",
		})
		return
	}
	render(w, http.StatusOK,
		page{App: f.conf.App, OK: true, Last: true, Title: "You are signed out", Text: "You can close this tab."})
	f.landed.shut()
}

// formAction is the page's form-action: the other site, and what its answer may redirect to, since Chromium holds the
// redirects that follow a form against it as well. A provider that also ends the session of a company's own provider
// redirects through that provider, whose address is unknown here. The last redirect leads to our own page.
func (f *Form) formAction(action string) string {
	allowed := "https: " + f.base.String()
	if to, err := url.Parse(action); err == nil && to.Scheme == "http" {
		allowed += " http://" + to.Host
	}
	return allowed
}

// page delivers the form, once.
func (f *Form) page(w http.ResponseWriter) {
	f.mu.Lock()
	gone := f.served || f.action == ""
	f.served = f.served || !gone
	content := struct {
		App, Action string
		Fields      url.Values
	}{f.conf.App, f.action, f.fields}
	f.mu.Unlock()
	if gone {
		http.Error(w, "This page works once.", http.StatusGone)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+
		"'; script-src 'sha256-"+submitHash+"'; img-src data:; base-uri 'none'; form-action "+
		f.formAction(content.Action)+"; frame-ancestors 'none'")
	if write(w, http.StatusOK, formPage(), content) {
		f.sent.shut()
	}
}
