// Package social is the demo's third service, Plaza: a site where people have profiles, and which signs them in to
// other services by OAuth 2.0, as the large social networks do. It is no OpenID provider: it has no ID token, and tells
// who a person is at its address /me.
//
// It promises that a code works once, within a minute, and for the client and the PKCE verifier (RFC 7636) of the
// request; and that consent is asked for once and can be refused. It has no passwords: the person at the browser
// chooses who to be. It remembers in memory alone, opens no connection and touches no file.
package social

import (
	"crypto/rand"
	"embed"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/face"
	"app.latchkey/internal/demoidp/pages"
)

//go:embed pages
var texts embed.FS

// Name is what people call it.
const Name = "Plaza"

// Config describes the service.
type Config struct {
	Host                     string // where it is reached
	Client, Secret, Redirect string // of its one client
	Cast                     *cast.Cast
}

// Service is Plaza.
type Service struct {
	conf Config
	site *pages.Site

	mu      sync.Mutex
	asks    map[string]*ask  // by ID
	codes   map[string]grant // by hash
	tokens  map[string]grant // by hash
	trusted map[string]bool  // the people who have consented, by ID
}

// ask is a client's request while the person decides.
type ask struct {
	state, challenge string
	browser          string // the browser that was shown the page
	created          time.Time
}

// grant is a code or a token that was issued.
type grant struct {
	person, challenge string
	until             time.Time
}

const (
	askLifetime   = 15 * time.Minute
	codeLifetime  = time.Minute
	tokenLifetime = 5 * time.Minute
	maxAsks       = 1000
)

// New returns the service.
func New(c Config) *Service {
	site := pages.New("social", Name, c.Host, texts)
	s := &Service{
		conf: c, site: site, asks: map[string]*ask{}, codes: map[string]grant{}, tokens: map[string]grant{},
		trusted: map[string]bool{},
	}
	for _, p := range c.Cast.People {
		s.trusted[p.ID] = p.TrustsApp
	}
	return s
}

// Handler serves everything.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /consent", s.consent)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /me", s.me)
	mux.HandleFunc("GET /faces/{name}", s.face)
	return s.site.Guard(mux)
}

// person finds somebody who has a profile here.
func (s *Service) person(id string) (cast.Person, bool) {
	p, ok := s.conf.Cast.Person(id)
	return p, ok && p.Social
}

// authorize asks the person for consent (RFC 6749 §4.1.1), unless the broker names a person who has consented before.
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	// The browser is sent to no address but the client's (RFC 6749 §4.1.2.1).
	if q.Get("client_id") != s.conf.Client || q.Get("redirect_uri") != s.conf.Redirect {
		s.site.Render(w, http.StatusBadRequest, "wrong", nil)
		return
	}
	a := &ask{
		state: q.Get("state"), challenge: q.Get("code_challenge"), browser: s.site.Browser(w, r), created: time.Now(),
	}
	if q.Get("response_type") != "code" || a.challenge == "" || q.Get("code_challenge_method") != "S256" {
		s.back(w, r, a, url.Values{"error": {"invalid_request"}})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.person(q.Get("login_hint")); ok && s.trusted[p.ID] {
		s.grant(w, r, a, p.ID)
		return
	}
	maps.DeleteFunc(s.asks, func(_ string, old *ask) bool {
		return time.Since(old.created) > askLifetime || len(s.asks) >= maxAsks
	})
	id := rand.Text()
	s.asks[id] = a
	s.site.Render(w, http.StatusOK, "consent", s.consentPage(r, id))
}

// consent takes the person's answer.
func (s *Service) consent(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("ask")
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.asks[id]
	if !ok || time.Since(a.created) > askLifetime {
		s.site.Over(w)
		return
	}
	if !s.site.Proven(r, id) || a.browser != s.site.KnownBrowser(r) {
		s.site.Wrong(w)
		return
	}
	p, known := s.person(r.PostFormValue("person"))
	delete(s.asks, id)
	if !known {
		s.back(w, r, a, url.Values{"error": {"access_denied"}})
		return
	}
	s.trusted[p.ID] = true
	s.grant(w, r, a, p.ID)
}

// grant sends the browser back with a code; s.mu is held.
func (s *Service) grant(w http.ResponseWriter, r *http.Request, a *ask, person string) {
	now := time.Now()
	maps.DeleteFunc(s.codes, func(_ string, old grant) bool { return now.After(old.until) })
	code := rand.Text()
	s.codes[pages.Hash(code)] = grant{person, a.challenge, now.Add(codeLifetime)}
	s.back(w, r, a, url.Values{"code": {code}})
}

func (s *Service) back(w http.ResponseWriter, r *http.Request, a *ask, v url.Values) {
	if a.state != "" {
		v.Set("state", a.state)
	}
	http.Redirect(w, r, s.conf.Redirect+"?"+v.Encode(), http.StatusFound)
}

// face serves somebody's picture.
func (s *Service) face(w http.ResponseWriter, r *http.Request) {
	p, ok := s.person(strings.TrimSuffix(r.PathValue("name"), ".png"))
	if !ok || !p.Picture {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(face.PNG(p.Look))
}

// consentPage returns what the page that asks for consent shows.
func (s *Service) consentPage(r *http.Request, id string) any {
	type profile struct {
		cast.Person
		Initials string
	}
	var people []profile
	for _, p := range s.conf.Cast.People {
		if p.Social {
			people = append(people, profile{p, cast.Initials(p.Name)})
		}
	}
	return struct {
		Ask, CSRF string
		People    []profile
	}{id, s.site.Proof(r, id), people}
}
