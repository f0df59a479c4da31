// Package pages is what the demo's services have in common as web sites: the frame and the style of their pages, the
// cookie that tells one browser from another, the proof that a form comes from one of the demo's pages, and the rules
// for every request.
//
// It promises that a page loads nothing from elsewhere, runs no script but the demo's own file, can be framed by nobody
// and is stored nowhere; that text from strangers is escaped; that a request for another host is not served, since
// another site may point its name at 127.0.0.1; and that a form that is posted from another site, or by another
// browser, is refused. It knows nothing of OpenID.
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
	"path"
	"strings"
	"time"
)

//go:embed frame.html assets pages
var assets embed.FS

// Site is one service with pages.
type Site struct {
	name, title, host string
	cookie            string // how the names of its cookies begin
	pages             map[string]*template.Template
}

// New returns a site. Cookies do not tell ports apart (RFC 6265 §8.5), so the cookies of the services are told apart by
// name. title stands behind the name of every page, and host is what the Host header must say. texts has a template for
// each page, pages/*.html, with the blocks title and main. New panics when a template does not parse: templates are
// compiled into the program.
func New(name, title, host string, texts fs.FS) *Site {
	port := host[strings.LastIndex(host, ":")+1:]
	s := &Site{name, title, host, "demo_" + name + "_" + port, map[string]*template.Template{}}
	frame := template.Must(template.ParseFS(assets, "frame.html"))
	for _, from := range []fs.FS{assets, texts} {
		files, _ := fs.Glob(from, "pages/*.html") // the pattern is well formed
		for _, file := range files {
			page := template.Must(template.Must(frame.Clone()).ParseFS(from, file))
			s.pages[strings.TrimSuffix(path.Base(file), ".html")] = page
		}
	}
	return s
}

// view is what the frame is given.
type view struct {
	Site string // the service's name, for the style
	Name string // the service's name as people read it
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

// Over answers that the sign-in of a page is over.
func (s *Site) Over(w http.ResponseWriter) { s.Render(w, http.StatusGone, "over", nil) }

// Wrong answers that a request did not come from one of the demo's pages in this browser.
func (s *Site) Wrong(w http.ResponseWriter) { s.Render(w, http.StatusForbidden, "wrong", nil) }

// Cookie sets a cookie that is not given to scripts and to requests that other sites make. An age of 0 lasts until the
// browser ends, a negative one removes the cookie.
func (s *Site) Cookie(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie + name, Value: value, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

// ReadCookie returns a cookie's value, empty when there is none.
func (s *Site) ReadCookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookie + name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Browser names the browser of a request, and gives a new browser its secret cookie. The name is a hash of the cookie
// and no secret.
func (s *Site) Browser(w http.ResponseWriter, r *http.Request) string {
	if known := s.KnownBrowser(r); known != "" {
		return known
	}
	secret := rand.Text()
	s.Cookie(w, "", secret, 0)
	r.AddCookie(&http.Cookie{Name: s.cookie, Value: secret}) // for Proof
	return Hash(secret)
}

// KnownBrowser names the browser of a request. The name of a browser without a cookie is empty.
func (s *Site) KnownBrowser(r *http.Request) string {
	secret := s.ReadCookie(r, "")
	if len(secret) < 20 {
		return ""
	}
	return Hash(secret)
}

// Proof is the value of a form's field csrf. It can be made only with the browser's secret, and is good for one
// purpose.
func (s *Site) Proof(r *http.Request, purpose string) string {
	return Hash(s.ReadCookie(r, "") + "\n" + purpose)
}

// Proven reports whether a form was posted by the browser that was shown it.
func (s *Site) Proven(r *http.Request, purpose string) bool {
	return s.KnownBrowser(r) != "" &&
		subtle.ConstantTimeCompare([]byte(s.Proof(r, purpose)), []byte(r.PostFormValue("csrf"))) == 1
}

// Guard serves the site's own files, and calls next for every other request that keeps the rules of this package.
// fromElsewhere are the paths that other sites may post to.
func (s *Site) Guard(next http.Handler, fromElsewhere ...string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, assets, "assets/"+r.PathValue("file"))
	}) // and no list of the files
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

// policy is the Content-Security-Policy. Browsers apply form-action to the redirects of a form too, so forms lists
// where the demo's forms may end: at other services and apps on this computer.
func policy(forms string) string {
	return "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action " +
		"'self' " + forms + "; base-uri 'none'; frame-ancestors 'none'"
}

// FormsTo lets the forms of a page end at an IPv6 address, which a Content-Security-Policy cannot name. It does nothing
// for other addresses.
func FormsTo(w http.ResponseWriter, address string) {
	if u, err := url.Parse(address); err == nil && strings.Contains(u.Hostname(), ":") {
		w.Header().Set("Content-Security-Policy", policy("http:"))
	}
}

// Hash is what the demo keeps and compares instead of a secret.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
