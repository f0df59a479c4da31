package social

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp/pages"
)

// Me is what the service tells of a person at /me.
type Me struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// token exchanges a code (RFC 6749 §4.1.3).
func (s *Service) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != s.conf.Client || subtle.ConstantTimeCompare([]byte(secret), []byte(s.conf.Secret)) != 1 {
		w.Header().Set("WWW-Authenticate", "Basic")
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h, now := pages.Hash(r.PostFormValue("code")), time.Now()
	g, ok := s.codes[h]
	delete(s.codes, h)
	good := ok && now.Before(g.until) && r.PostFormValue("grant_type") == "authorization_code" &&
		r.PostFormValue("redirect_uri") == s.conf.Redirect
	if !good || oauth2.S256ChallengeFromVerifier(r.PostFormValue("code_verifier")) != g.challenge {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	maps.DeleteFunc(s.tokens, func(_ string, old grant) bool { return now.After(old.until) })
	token := rand.Text()
	s.tokens[pages.Hash(token)] = grant{person: g.person, until: now.Add(tokenLifetime)}
	answer(w, http.StatusOK,
		map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(tokenLifetime.Seconds())})
}

// me tells to whom an access token belongs (RFC 6750 §2.1).
func (s *Service) me(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g, ok := s.tokens[pages.Hash(token)]
	s.mu.Unlock()
	p, known := s.person(g.person)
	if !ok || !known || time.Now().After(g.until) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, Me{p.ID, p.Name, p.Email, p.Verified})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
