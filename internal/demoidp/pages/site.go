// Package pages is what the demo's services have in common as web sites: the frame
// and the style of their pages, the cookie that tells one browser from another, the
// proof that a form comes from a page of ours, and the guard at the door.
//
// It promises that a page loads nothing from elsewhere, runs no script but the
// demo's own file, can be framed by nobody and is stored nowhere; that what
// strangers wrote is escaped; that a request for another host is not served (a page
// elsewhere may point its own name at 127.0.0.1); and that a form posted from
// elsewhere, or by another browser, is refused. It knows nothing of OpenID.
package pages

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed frame.html assets
var assets embed.FS

// Site is one service with pages.
type Site struct {
	name, title, host string
	cookie            string
	pages             map[string]*template.Template
}

// New returns a site. name tells its cookies from those of the other services, which
// share them: cookies know no ports (RFC 6265 §8.5). title stands behind the name of
// every page, host is what the Host header must say, and texts holds a template
// for each page, *.html, with the blocks title and main.
func New(name, title, host string, texts fs.FS) (*Site, error) {
	port := host[strings.LastIndex(host, ":")+1:]
	files, err := fs.Glob(texts, "*.html")
	if err != nil {
		return nil, err
	}
	s := &Site{
		name: name, title: title, host: host, cookie: "demo_" + name + "_" + port,
		pages: map[string]*template.Template{},
	}
	for _, file := range files {
		t, err := template.ParseFS(assets, "frame.html")
		if err == nil {
			t, err = t.ParseFS(texts, file)
		}
		if err != nil {
			return nil, err
		}
		s.pages[strings.TrimSuffix(file, ".html")] = t
	}
	return s, nil
}

// view is what the frame is given.
type view struct {
	Site string // the service's name, for the style
	Name string // as people read it
	Data any
}

// Render writes a page.
func (s *Site) Render(w http.ResponseWriter, status int, page string, data any) {
	var out bytes.Buffer
	t, ok := s.pages[page]
	if !ok || t.ExecuteTemplate(&out, "frame.html", view{s.name, s.title, data}) != nil {
		http.Error(w, "No page.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// Cookie sets a cookie that scripts and other sites' requests do not get; an age of
// 0 lasts until the browser ends, a negative one removes it.
func (s *Site) Cookie(w http.ResponseWriter, name, value string, age time.Duration) {
	c := &http.Cookie{
		Name: s.cookie + name, Value: value, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
	http.SetCookie(w, c)
}

// ReadCookie returns a cookie's value, empty when there is none.
func (s *Site) ReadCookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookie + name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Browser names the browser of a request, and gives a new one its secret. The name
// is no secret: the cookie is.
func (s *Site) Browser(w http.ResponseWriter, r *http.Request) string {
	secret := s.ReadCookie(r, "")
	if len(secret) < 20 {
		secret = rand.Text()
		s.Cookie(w, "", secret, 0)
		r.AddCookie(&http.Cookie{Name: s.cookie, Value: secret}) // for Proof
	}
	return Hash(secret)
}

// KnownBrowser names the browser of a request without making one up.
func (s *Site) KnownBrowser(r *http.Request) string {
	secret := s.ReadCookie(r, "")
	if len(secret) < 20 {
		return ""
	}
	return Hash(secret)
}

// Proof is what a form carries in its field csrf: it can be made only with the
// browser's secret, and is good for one purpose.
func (s *Site) Proof(r *http.Request, purpose string) string {
	return Hash(s.ReadCookie(r, "") + "\n" + purpose)
}

// Proven reports whether a form was posted by the browser that was shown it.
func (s *Site) Proven(r *http.Request, purpose string) bool {
	return s.KnownBrowser(r) != "" &&
		subtle.ConstantTimeCompare([]byte(s.Proof(r, purpose)), []byte(r.PostFormValue("csrf"))) == 1
}

// Guard serves the site's own files, and next behind the site's own rules.
// fromElsewhere are the paths that other sites may post to.
func (s *Site) Guard(next http.Handler, fromElsewhere ...string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, assets, "assets/"+r.PathValue("file"))
	}) // and no list of them
	mux.Handle("/", next)
	strict := http.NewCrossOriginProtection()
	for _, path := range fromElsewhere {
		strict.AddInsecureBypassPattern(path)
	}
	handler := strict.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != s.host {
			http.Error(w, "Not here.", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy("http://127.0.0.1:* http://localhost:*"))
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		handler.ServeHTTP(w, r)
	})
}

// policy is the Content-Security-Policy. Browsers hold a form's redirects against
// form-action too, so it names where the demo's forms may end: other services and
// apps on this computer.
func policy(forms string) string {
	return "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action " +
		"'self' " + forms + "; base-uri 'none'; frame-ancestors 'none'"
}

// FormsTo lets the forms of a page end at an address, when the policy has no words
// for its host: it cannot name an IPv6 address.
func FormsTo(w http.ResponseWriter, address string) {
	if u, err := url.Parse(address); err == nil && strings.Contains(u.Hostname(), ":") {
		w.Header().Set("Content-Security-Policy", policy("http:"))
	}
}

// Hash is what is kept and compared of a secret.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
