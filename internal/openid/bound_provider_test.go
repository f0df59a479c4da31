package openid_test

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// bound is a provider that binds tokens as RFC 9449 says, except for its lies. It checks every proof strictly.
type bound struct {
	*op
	nonces bool                      // demands a nonce, another one for each request
	ahead  time.Duration             // of its clock
	never  bool                      // accepts no nonce
	also   func(http.ResponseWriter) // is added to each answer

	nonce   int
	ids     map[string]bool
	keys    []string // thumbprint of each proof
	proofs  int
	refused []string
}

// newBound makes the provider and a client whose sessions have software keys.
func newBound(t *testing.T, l lies, change ...func(*bound)) *bound {
	t.Helper()
	b := &bound{ids: map[string]bool{}}
	discovery, token := l.discovery, l.token
	l.discovery = func(c claims) {
		c["dpop_signing_alg_values_supported"] = []string{"RS256", "ES256"}
		if discovery != nil {
			discovery(c)
		}
	}
	l.token = func(c claims) {
		c["token_type"] = "DPoP"
		if token != nil {
			token(c)
		}
	}
	b.op = newOP(t, l)
	for _, f := range change {
		f(b)
	}
	b.guard = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Date", time.Now().Add(b.ahead).UTC().Format(http.TimeFormat))
		if b.also != nil {
			b.also(w)
		}
		switch r.URL.Path {
		case "/token":
			return b.check(w, r, "", func(code string) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				_ = json.NewEncoder(w).Encode(claims{"error": code})
			})
		case "/userinfo":
			access := strings.TrimPrefix(r.Header.Get("Authorization"), "DPoP ")
			return b.check(w, r, access, func(code string) {
				w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer, DPoP error=%q, algs=\"ES256\"", code))
				w.WriteHeader(http.StatusUnauthorized)
			})
		}
		return true
	}
	return b
}

// check judges the proof of a request (RFC 9449 §4.3).
func (b *bound) check(w http.ResponseWriter, r *http.Request, access string, refuse func(code string)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.nonces {
		w.Header().Set("DPoP-Nonce", fmt.Sprint("nonce-", b.nonce+1))
	}
	why, nonce := b.judge(r, access)
	if why == "" && b.nonces && (b.never || nonce != fmt.Sprint("nonce-", b.nonce)) {
		b.nonce++
		b.refused = append(b.refused, "nonce")
		refuse("use_dpop_nonce")
		return false
	}
	if b.nonces {
		b.nonce++
	}
	if why != "" {
		b.refused = append(b.refused, why)
		refuse("invalid_dpop_proof")
		return false
	}
	return true
}

// judge returns what is wrong with a proof, and its nonce.
func (b *bound) judge(r *http.Request, access string) (why, nonce string) {
	all := r.Header.Values("DPoP")
	if len(all) != 1 {
		return fmt.Sprint(len(all), " proofs"), ""
	}
	b.proofs++
	signed, err := jose.ParseSignedCompact(all[0], []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err.Error(), ""
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders["typ"] != "dpop+jwt" || header.JSONWebKey == nil {
		return "header", ""
	}
	payload, err := signed.Verify(header.JSONWebKey)
	if err != nil {
		return "signature", ""
	}
	var c struct {
		ID     string `json:"jti"`
		Method string `json:"htm"`
		URL    string `json:"htu"`
		Issued int64  `json:"iat"`
		Token  string `json:"ath"`
		Nonce  string `json:"nonce"`
	}
	_ = json.Unmarshal(payload, &c)
	sum := sha256.Sum256([]byte(access))
	off := math.Abs(float64(time.Now().Add(b.ahead).Unix() - c.Issued))
	print, _ := header.JSONWebKey.Thumbprint(crypto.SHA256)
	key := base64.RawURLEncoding.EncodeToString(print)
	b.keys = append(b.keys, key)
	switch {
	case b.ids[c.ID] || c.ID == "":
		return "jti " + c.ID, ""
	case c.Method != r.Method:
		return "htm", ""
	case c.URL != b.site.URL+r.URL.Path:
		return "htu " + c.URL, ""
	case off > 30:
		return fmt.Sprint("iat off by ", off), ""
	case access != "" && c.Token != base64.RawURLEncoding.EncodeToString(sum[:]), access == "" && c.Token != "":
		return "ath", ""
	case b.asked != nil && b.asked.Get("dpop_jkt") != key:
		return "dpop_jkt", ""
	}
	b.ids[c.ID] = true
	return "", c.Nonce
}

// bind is a client of the provider, with DPoP as the settings say.
func (p *op) bind(dpop string, change ...func(*provider.Provider)) *openid.Client {
	p.t.Helper()
	p.keys = hardware.Maker{Want: hardware.SoftwareOnly}
	c, _ := p.client(append(change, func(x *provider.Provider) { x.DPoP = dpop })...)
	return c
}

// signedIn signs in at the provider.
func (b *bound) signedIn(dpop string) (*openid.Client, session.Session) {
	b.t.Helper()
	client := b.bind(dpop)
	s, err := signIn(b.t, client, session.SignInRequest{})
	if err != nil {
		b.t.Fatalf("%v (refused: %v)", err, b.refused)
	}
	return client, s
}

// watch sees each request before the provider judges it.
func (b *bound) watch(see func(*http.Request)) {
	judge := b.guard
	b.guard = func(w http.ResponseWriter, r *http.Request) bool {
		see(r)
		return judge(w, r)
	}
}

// payloadOf is what the proof of a request says.
func payloadOf(r *http.Request) string {
	parts := strings.Split(r.Header.Get("DPoP"), ".")
	if len(parts) != 3 {
		return ""
	}
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return string(text)
}
