package loopback

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// FormConfig describes a request that the browser is to post to another site,
// because its fields must stand in no URL.
type FormConfig struct {
	App    string
	Action string // the other site's endpoint
	Fields url.Values
}

// Form is a page of our own that posts a form, once.
type Form struct {
	conf   FormConfig
	base   *url.URL
	path   string // of the page, unguessable
	server *http.Server

	mu      sync.Mutex
	served  bool
	sent    chan struct{}
	serving sync.WaitGroup
	closing sync.Once
}

// formLinger is how long the browser is given to fetch the page and no longer.
const formLinger = 10 * time.Second

const submit = `document.forms[0].submit()`

var (
	submitHash = hash(submit)
	formPage   = template.Must(template.New("form").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<title>Signing out · {{.App}}</title><style>` + style + `</style>
<main><h1>Signing out</h1><p>Your browser goes on to the provider.</p>
<form method="post" action="{{.Action}}">{{range $name, $values := .Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">{{end}}{{end}}
<p><button>Go on</button></p></form></main><script>` + submit + `</script></html>
`))
)

// ServeForm listens on a free loopback port for the one request of its page. The
// caller must call Close.
func ServeForm(ctx context.Context, c FormConfig) (*Form, error) {
	listeners, port, err := bind(ctx, Config{Host: "127.0.0.1"})
	if err != nil {
		return nil, err
	}
	f := &Form{
		conf: c, path: "/form/" + rand.Text(), sent: make(chan struct{}),
		base: &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))},
	}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: quiet()}
	for _, l := range listeners {
		f.serving.Go(func() { _ = f.server.Serve(limit(l, maxConnections)) })
	}
	return f, nil
}

// URL is the page to open in the browser. It works once.
func (f *Form) URL() string {
	return f.base.JoinPath(f.path).String() // #nosec G125 -- both are ours
}

// Wait returns when the page was delivered, or when it is clear that no browser
// fetches it.
func (f *Form) Wait(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, formLinger)
	defer stop()
	select {
	case <-f.sent:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close frees the port.
func (f *Form) Close() error {
	f.closing.Do(func() {
		ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer stop()
		if f.server.Shutdown(ctx) != nil {
			_ = f.server.Close()
		}
		f.serving.Wait()
	})
	return nil
}

// ServeHTTP answers the one request.
func (f *Form) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	secure(w.Header())
	mine := subtle.ConstantTimeCompare([]byte(req.URL.Path), []byte(f.path)) == 1
	if req.Host != f.base.Host || req.Method != http.MethodGet || !mine || prefetch(req.Header) {
		http.Error(w, "Not found.", http.StatusNotFound)
		return
	}
	f.mu.Lock()
	again := f.served
	f.served = true
	f.mu.Unlock()
	if again {
		http.Error(w, "This page works once.", http.StatusGone)
		return
	}
	var out bytes.Buffer
	if err := formPage.Execute(&out, f.conf); err != nil {
		http.Error(w, "You can close this tab.", http.StatusInternalServerError)
		return
	}
	origin := "'none'"
	if to, err := url.Parse(f.conf.Action); err == nil {
		origin = to.Scheme + "://" + to.Host
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+"'; script-src 'sha256-"+submitHash+"'; img-src data:; base-uri 'none'; form-action "+origin+"; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes())
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	close(f.sent)
}
