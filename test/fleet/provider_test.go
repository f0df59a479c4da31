package fleet

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	issuer   = "https://id.fleet.example"
	clientID = "fleet"
	lifetime = time.Hour // of access tokens
)

var errUnreachable = errors.New("connect: no route to host")

// model is the provider. It speaks OpenID Connect with the product's own client over a transport in place of the
// network. It cannot be reached for a while and is busy for a while. It rotates refresh tokens, and ends a session
// whose refresh token is used twice.
type model struct {
	signer jose.Signer
	keys   []byte
	day    day

	mu       sync.Mutex
	nonces   map[string]string // by code
	live     map[string]bool   // refresh tokens
	n        int
	window   time.Time // the minute that is counted against the limit
	inWindow int
	refreshs []request
	reused   int // refresh tokens that were used twice
}

// request is one refresh that reached the provider, or would have.
type request struct {
	at      time.Duration // since nine o'clock
	outcome string        // "refreshed", "away" or "busy"
}

func newModel(d day) (*model, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}},
		nil)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(jose.JSONWebKeySet{
		Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Use: "sig", Algorithm: "ES256"}},
	})
	return &model{signer: signer, keys: keys, day: d, nonces: map[string]string{}, live: map[string]bool{}}, err
}

// RoundTrip answers as the provider.
func (m *model) RoundTrip(r *http.Request) (*http.Response, error) {
	var form url.Values
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if form, err = url.ParseQuery(string(body)); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		return answer(r, http.StatusOK, map[string]any{
			"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
			"userinfo_endpoint": issuer + "/userinfo", "jwks_uri": issuer + "/jwks",
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}), nil
	case "/jwks":
		return answer(r, http.StatusOK, json.RawMessage(m.keys)), nil
	case "/userinfo":
		return answer(r, http.StatusOK,
			map[string]any{"sub": r.Header.Get("Authorization")[len("Bearer access-"):], "name": "A Desktop"}), nil
	case "/token":
		if form.Get("grant_type") == "refresh_token" {
			return m.refresh(r, form.Get("refresh_token"))
		}
		return m.signIn(r, form.Get("code"))
	}
	return answer(r, http.StatusNotFound, nil), nil
}

// authorize is what the browser is sent to: it returns the code at once.
func (m *model) authorize(address string) (url.Values, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n++
	code := strconv.Itoa(m.n)
	m.nonces[code] = u.Query().Get("nonce")
	return url.Values{"code": {code}, "state": {u.Query().Get("state")}}, nil
}

func (m *model) signIn(r *http.Request, code string) (*http.Response, error) {
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": issuer, "sub": code, "aud": clientID, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(),
		"nonce": m.nonces[code],
	})
	if err != nil {
		return nil, err
	}
	signed, err := m.signer.Sign(claims)
	if err != nil {
		return nil, err
	}
	id, err := signed.CompactSerialize()
	if err != nil {
		return nil, err
	}
	tokens := m.issue("access-" + code)
	tokens["id_token"] = id
	return answer(r, http.StatusOK, tokens), nil
}

// issue makes tokens; m.mu is held.
func (m *model) issue(access string) map[string]any {
	m.n++
	refresh := "refresh-" + strconv.Itoa(m.n)
	m.live[refresh] = true
	return map[string]any{
		"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": int(lifetime.Seconds()),
	}
}

// refresh rotates; m.mu is held.
func (m *model) refresh(r *http.Request, token string) (*http.Response, error) {
	now := since()
	if m.day.outage.holds(now) {
		m.note(now, "away")
		return nil, errUnreachable
	}
	if minute := time.Now().Truncate(time.Minute); minute != m.window {
		m.window, m.inWindow = minute, 0
	}
	if m.inWindow++; m.inWindow > m.day.limitAt(now) {
		m.note(now, "busy")
		res := answer(r, http.StatusTooManyRequests, nil)
		left := time.Until(m.window.Add(time.Minute))
		res.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(left.Seconds()))))
		return res, nil
	}
	if !m.live[token] {
		m.reused++
		return answer(r, http.StatusBadRequest, map[string]any{"error": "invalid_grant"}), nil
	}
	delete(m.live, token)
	m.note(now, "refreshed")
	m.n++
	return answer(r, http.StatusOK, m.issue("again-"+strconv.Itoa(m.n))), nil
}

func (m *model) note(at time.Duration, outcome string) {
	m.refreshs = append(m.refreshs, request{at, outcome})
}

func answer(r *http.Request, status int, v any) *http.Response {
	body, err := json.Marshal(v)
	if err != nil {
		body, status = nil, http.StatusInternalServerError
	}
	return &http.Response{
		Status: strconv.Itoa(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}
