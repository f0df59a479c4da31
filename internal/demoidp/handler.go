package demoidp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	pathLogin     = "/login"
	pathSignedOut = "/signed-out"
	pathPicture   = "/picture/"

	cookieBrowser = "demo_browser" // binds a request to the browser that began it
	cookieSession = "demo_session" // who is signed in at the provider
)

// handler serves the protocol by op and the pages by ourselves.
func (p *Provider) handler(host string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pathLogin, p.showLogin)
	mux.HandleFunc("POST "+pathLogin, p.takeLogin)
	mux.HandleFunc("GET "+pathSignedOut, p.signedOut)
	mux.HandleFunc("GET "+pathPicture+"{name}", servePicture)
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.op.ServeHTTP(&issuing{ResponseWriter: w, p: p, host: host}, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A page elsewhere that points its own name at 127.0.0.1 is not to be served.
		if r.Host != host {
			http.Error(w, "Not here.", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		mux.ServeHTTP(w, r)
	})
}

// discovery adds what op does not know of: RFC 9207.
func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	p.op.ServeHTTP(rec, r)
	var doc map[string]any
	if rec.status != http.StatusOK || json.Unmarshal(rec.body.Bytes(), &doc) != nil {
		http.Error(w, "No discovery.", http.StatusInternalServerError)
		return
	}
	doc["authorization_response_iss_parameter_supported"] = true
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(doc)
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// issuing adds iss to every redirect that leaves for a client (RFC 9207 §2).
type issuing struct {
	http.ResponseWriter
	p    *Provider
	host string
}

// WriteHeader implements http.ResponseWriter.
func (w *issuing) WriteHeader(status int) {
	if to, err := url.Parse(w.Header().Get("Location")); err == nil && status/100 == 3 && to.Host != "" && to.Host != w.host {
		q := to.Query()
		if q.Has("code") || q.Has("error") {
			q.Set("iss", w.p.issuer)
			to.RawQuery = q.Encode()
			w.Header().Set("Location", to.String())
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// showLogin shows whom to sign in as, or answers at once when the client asked
// for no page (prompt=none).
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request) {
	req, ok := p.store.request(r.URL.Query().Get("request"))
	if !ok {
		render(w, http.StatusNotFound, expiredPage, nil)
		return
	}
	sub, since := p.session(r)
	if slices.Contains(req.Prompt, oidc.PromptNone) {
		if sub == "" || req.MaxAge != nil && time.Since(since) > time.Duration(min(*req.MaxAge, 1<<31))*time.Second { // #nosec G115 -- bounded
			p.refuse(w, r, req, oidc.ErrLoginRequired())
			return
		}
		p.finish(w, r, req, sub, since)
		return
	}
	cookie, err := r.Cookie(cookieBrowser)
	if err != nil || len(cookie.Value) < 20 {
		cookie = &http.Cookie{Name: cookieBrowser, Value: rand.Text(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
		http.SetCookie(w, cookie)
	}
	p.store.mu.Lock()
	req.browser = hash(cookie.Value)
	p.store.mu.Unlock()
	render(w, http.StatusOK, loginPage, loginData{Request: req.id, CSRF: csrf(cookie.Value, req.id), People: choices(req.LoginHint, sub)})
}

// csrf binds the form to the browser's cookie and the request.
func csrf(cookie, request string) string { return hash(cookie + "\n" + request) }

// takeLogin takes the choice, from the browser that was shown the page alone.
func (p *Provider) takeLogin(w http.ResponseWriter, r *http.Request) {
	req, ok := p.store.request(r.PostFormValue("request"))
	if !ok {
		render(w, http.StatusNotFound, expiredPage, nil)
		return
	}
	cookie, err := r.Cookie(cookieBrowser)
	p.store.mu.Lock()
	bound := req.browser
	p.store.mu.Unlock()
	if err != nil || bound != hash(cookie.Value) || subtle.ConstantTimeCompare([]byte(csrf(cookie.Value, req.id)), []byte(r.PostFormValue("csrf"))) != 1 {
		render(w, http.StatusForbidden, foreignPage, nil)
		return
	}
	if r.PostForm.Has("cancel") {
		p.refuse(w, r, req, oidc.ErrAccessDenied().WithDescription("The person cancelled."))
		return
	}
	chosen, ok := personByID(r.PostFormValue("person"))
	if !ok {
		render(w, http.StatusBadRequest, foreignPage, nil)
		return
	}
	now := time.Now()
	http.SetCookie(w, &http.Cookie{Name: cookieSession, Value: p.seal(chosen.ID, now), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	p.finish(w, r, req, chosen.ID, now)
}

// finish sends the browser back with a code.
func (p *Provider) finish(w http.ResponseWriter, r *http.Request, req *request, sub string, at time.Time) {
	p.store.mu.Lock()
	req.person, req.authTime = sub, at
	p.store.mu.Unlock()
	ctx := op.ContextWithIssuer(r.Context(), p.issuer)
	http.Redirect(w, r, op.AuthCallbackURL(p.op)(ctx, req.id), http.StatusFound)
}

// refuse sends the browser back with an error.
func (p *Provider) refuse(w http.ResponseWriter, r *http.Request, req *request, err error) {
	_ = p.store.DeleteAuthRequest(r.Context(), req.id)
	ctx := op.ContextWithIssuer(context.WithoutCancel(r.Context()), p.issuer)
	op.AuthRequestError(&issuing{ResponseWriter: w, p: p, host: r.Host}, r.WithContext(ctx), req, err, p.op)
}

// seal makes the session cookie: who and since when, with a proof of our making.
func (p *Provider) seal(sub string, at time.Time) string {
	text := sub + "." + at.UTC().Format("20060102T150405Z")
	return text + "." + hash(string(p.store.state.CryptoKey)+text)
}

// session reads the session cookie.
func (p *Provider) session(r *http.Request) (string, time.Time) {
	cookie, err := r.Cookie(cookieSession)
	if err != nil {
		return "", time.Time{}
	}
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 3 {
		return "", time.Time{}
	}
	at, err := time.Parse("20060102T150405Z", parts[1])
	if _, known := personByID(parts[0]); err != nil || !known || subtle.ConstantTimeCompare([]byte(p.seal(parts[0], at)), []byte(cookie.Value)) != 1 {
		return "", time.Time{}
	}
	return parts[0], at
}

// signedOut ends the browser's session.
func (p *Provider) signedOut(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieSession, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	render(w, http.StatusOK, signedOutPage, nil)
}
