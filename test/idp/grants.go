package idp

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// authorize sends the person straight back with a code.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}}
	p.mu.Lock()
	if p.refusal != "" {
		back.Set("error", p.refusal)
		p.mu.Unlock()
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
		return
	}
	code := p.give("code")
	p.codes[code] = &login{
		claims: p.claimsOf(q.Get("login_hint")), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"),
		redirect: q.Get("redirect_uri"), at: p.now(),
	}
	p.mu.Unlock()
	back.Set("code", code)
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// device answers the device authorization request (RFC 8628 §3.2).
func (p *Provider) device(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	code := p.give("device code")
	user := code[:4] + "-" + code[4:8]
	p.devices[code] = &login{claims: p.claimsOf(""), userCode: user}
	answer(w, http.StatusOK, map[string]any{
		"device_code": code, "user_code": user, "verification_uri": p.Issuer + "/activate",
		"verification_uri_complete": p.Issuer + "/activate?user_code=" + user, "expires_in": 300, "interval": 1,
	})
}

// token redeems a code, a device code or a refresh token. It takes effect before the delay: a client that is killed
// during the delay has lost the answer, but its token is spent.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.told("/token")
	if r.PostFormValue("grant_type") == "refresh_token" && p.conf.Answer != nil {
		p.mu.Lock()
		p.asked++
		n := p.asked
		p.mu.Unlock()
		spend := func() []byte {
			rec := httptest.NewRecorder()
			p.grant(rec, r)
			return rec.Body.Bytes()
		}
		if p.conf.Answer(n, w, spend) {
			return
		}
	}
	p.grant(w, r)
}

// grant answers a token request unless the test's Answer does.
func (p *Provider) grant(w http.ResponseWriter, r *http.Request) {
	f, refusal := p.redeem(r)
	if refusal != "" {
		refuse(w, refusal)
		return
	}
	out, err := p.issue(f)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	time.Sleep(p.conf.Delay)
	answer(w, http.StatusOK, out)
}

// redeem returns the family to issue tokens of, or an error code.
func (p *Provider) redeem(r *http.Request) (*family, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		l := p.codes[r.PostFormValue("code")]
		delete(p.codes, r.PostFormValue("code"))
		verifier := r.PostFormValue("code_verifier")
		p.note("verifier", verifier)
		hashed := sha256.Sum256([]byte(verifier))
		if l == nil || l.redirect != r.PostFormValue("redirect_uri") ||
			l.challenge != base64.RawURLEncoding.EncodeToString(hashed[:]) {
			return nil, "invalid_grant"
		}
		return p.begin(l), ""
	case "urn:ietf:params:oauth:grant-type:device_code":
		l := p.devices[r.PostFormValue("device_code")]
		switch {
		case l == nil:
			return nil, "invalid_grant"
		case !l.approved:
			return nil, "authorization_pending"
		}
		delete(p.devices, r.PostFormValue("device_code"))
		return p.begin(l), ""
	case "refresh_token":
		return p.renew(r.PostFormValue("refresh_token"))
	}
	return nil, "unsupported_grant_type"
}

func (p *Provider) begin(l *login) *family {
	f := &family{claims: l.claims, nonce: l.nonce, at: l.at, rotated: map[string]time.Time{}}
	p.families = append(p.families, f)
	return f
}

// renew spends a refresh token. Used again after the grace period it ends its whole
// family (RFC 9700 §4.14.2).
func (p *Provider) renew(token string) (*family, string) {
	f := p.refresh[token]
	if f == nil || f.ended {
		return nil, "invalid_grant"
	}
	p.count++
	at, spent := f.rotated[token]
	switch {
	case spent && p.now().Sub(at) >= p.conf.Grace:
		f.ended = true
		p.reused++
		return nil, "invalid_grant"
	case !spent && !f.due.IsZero() && p.now().Before(f.due):
		p.early++
	}
	return f, ""
}

// issue gives a family its next tokens.
func (p *Provider) issue(f *family) (map[string]any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if f.current != "" {
		f.rotated[f.current] = now
	}
	f.current = p.give("refresh token")
	p.refresh[f.current] = f
	access := p.give("access token")
	p.access[access] = f
	out := map[string]any{
		"access_token": access, "refresh_token": f.current, "token_type": "Bearer",
		"scope": "openid profile email offline_access",
	}
	if p.conf.NoRefresh {
		delete(out, "refresh_token")
	}
	if p.conf.Lifetime > 0 {
		out["expires_in"] = int(p.conf.Lifetime.Seconds())
		// The token is due with a tenth of its lifetime left, and a moment earlier, since the answer takes time to
		// arrive.
		f.due, f.expiry = now.Add(p.conf.Lifetime*9/10), now.Add(p.conf.Lifetime)
	}
	id, err := p.idToken(f, now)
	if err != nil {
		return nil, err
	}
	p.note("ID token", id)
	out["id_token"] = id
	return out, nil
}

func (p *Provider) idToken(f *family, now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.key, KeyID: "1"}},
		nil)
	if err != nil {
		return "", fmt.Errorf("idp: sign: %w", err)
	}
	claims := maps.Clone(f.claims)
	maps.Copy(claims, map[string]any{
		"iss": p.Issuer, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": f.at.Unix(),
	})
	if f.nonce != "" {
		claims["nonce"] = f.nonce
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	p.told("/userinfo")
	claims, ok := p.Person(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer(w, http.StatusOK, claims)
}

// revoke ends the family of a token (RFC 7009 §2.1).
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	p.told("/revoke")
	p.mu.Lock()
	for _, tokens := range []map[string]*family{p.refresh, p.access} {
		if f := tokens[r.PostFormValue("token")]; f != nil {
			f.ended = true
		}
	}
	p.mu.Unlock()
	time.Sleep(p.conf.Delay)
}

// endSession sends the browser back (RP-Initiated Logout 1.0 §2, §3). This provider has no browser session to end.
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request) {
	p.told("/end")
	back := r.PostFormValue("post_logout_redirect_uri")
	if r.PostFormValue("id_token_hint") == "" || back == "" {
		refuse(w, "invalid_request")
		return
	}
	http.Redirect(w, r, back+"?"+url.Values{"state": {r.PostFormValue("state")}}.Encode(), http.StatusSeeOther)
}

func (p *Provider) told(path string) {
	if p.conf.OnRequest != nil {
		p.conf.OnRequest(path)
	}
}
