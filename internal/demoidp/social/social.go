// Package social is the demo's third service: a place where people have profiles,
// called Plaza, that lets other services sign them in by OAuth 2.0, as the large
// social networks do. It is not OpenID: there is no ID token, and who somebody is
// stands at its address /me (RFC 6749 has nothing to say about that).
//
// It promises a code that works once, for a minute, for the client that began, with
// PKCE (RFC 7636); a consent that is asked for once and can be refused. Whoever sits
// at the browser is whom they choose to be: it has no passwords. What it remembers
// is in memory and in the file of people. It opens no connection and no file.
package social

import (
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
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
	Host     string // that it is reached at
	Client   string // the one client: its ID,
	Secret   string // its secret,
	Redirect string // and where its people are sent back to
	Cast     *cast.Cast
}

// Service is Plaza.
type Service struct {
	conf Config
	site *pages.Site

	mu      sync.Mutex
	asks    map[string]*ask  // by ID
	codes   map[string]grant // by hash
	tokens  map[string]grant // by hash
	trusted map[string]bool  // who has let the client in
}

// ask is a client's request while the person decides.
type ask struct {
	state, challenge string
	browser          string // that was shown the page
	created          time.Time
}

// grant is a code or a token that is out.
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
func New(c Config) (*Service, error) {
	sub, err := fs.Sub(texts, "pages")
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	site, err := pages.New("social", Name, c.Host, sub)
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	s := &Service{
		conf: c, site: site, asks: map[string]*ask{}, codes: map[string]grant{}, tokens: map[string]grant{},
		trusted: map[string]bool{},
	}
	for _, p := range c.Cast.People {
		s.trusted[p.ID] = p.TrustsApp
	}
	return s, nil
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

// authorize asks the person, unless it is known who they are and that they have let
// the client in before (RFC 6749 §4.1.1).
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	// Nobody is sent to an address that is not the client's (RFC 6749 §4.1.2.1).
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
	hint := q.Get("login_hint")
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.person(hint); ok && s.trusted[p.ID] {
		s.grant(w, r, a, p.ID)
		return
	}
	for id, old := range s.asks {
		if time.Since(old.created) > askLifetime || len(s.asks) >= maxAsks {
			delete(s.asks, id)
		}
	}
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
		s.site.Render(w, http.StatusGone, "over", nil)
		return
	}
	if !s.site.Proven(r, id) || a.browser != s.site.KnownBrowser(r) {
		s.site.Render(w, http.StatusForbidden, "wrong", nil)
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
	for h, g := range s.codes {
		if now.After(g.until) {
			delete(s.codes, h)
		}
	}
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

// consentPage is what the page of consent shows.
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
