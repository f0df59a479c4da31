package idp

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// SetPerson says who signs in from now on, whatever the login_hint: claims with at least sub. They stand in the
// ID token and in the userinfo answer.
func (p *Provider) SetPerson(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person = maps.Clone(claims)
}

// SetLifetime changes the lifetime of the access tokens given from now on.
func (p *Provider) SetLifetime(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conf.Lifetime = d
}

// SetOutage makes every endpoint answer 503 from now on, or work again.
func (p *Provider) SetOutage(out bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage = out
}

// SetRefusal answers each authorization request from now on with that error code (RFC 6749 §4.1.2.1); "" answers with
// a code again.
func (p *Provider) SetRefusal(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = code
}

// EndAll ends every grant so far: its refresh token is refused with invalid_grant, and its access token no longer
// works.
func (p *Provider) EndAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.families {
		f.ended = true
	}
}

// ExpireAll makes every access token so far invalid. Refresh tokens still work.
func (p *Provider) ExpireAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.access)
}

// Person returns the claims of the person to whom the request's access token belongs. It reports false for an invalid
// or missing token.
func (p *Provider) Person(r *http.Request) (map[string]any, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f := p.access[token]
	if !bearer || f == nil || f.ended || !f.expiry.IsZero() && !p.now().Before(f.expiry) {
		return nil, false
	}
	return maps.Clone(f.claims), true
}

// claimsOf are the claims of who signs in with that login_hint; p.mu is held.
func (p *Provider) claimsOf(hint string) map[string]any {
	if p.person != nil {
		return p.person
	}
	if hint == "" {
		hint = "ada"
	}
	return map[string]any{
		"sub": hint, "name": "Name of " + hint, "email": hint + "@acme.example", "email_verified": true,
	}
}

func (p *Provider) now() time.Time {
	if p.conf.Now != nil {
		return p.conf.Now()
	}
	return time.Now()
}

// working answers 503 while there is an outage.
func (p *Provider) working(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		out := p.outage
		p.mu.Unlock()
		if out {
			http.Error(w, "out of order", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
