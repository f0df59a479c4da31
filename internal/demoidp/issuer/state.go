package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"app.latchkey/internal/demoidp/keep"
)

// state is what survives a restart.
type state struct {
	Version    int                `json:"v"`
	SigningKey []byte             `json:"signing_key"` // PKCS #8
	CryptoKey  []byte             `json:"crypto_key"`  // of the access tokens and the cookies
	Families   map[string]*family `json:"families"`    // by an ID of their own
}

// family is one grant: the refresh tokens that came of one sign-in. Of the tokens
// only hashes are kept.
type family struct {
	Client   string            `json:"client"`
	Person   string            `json:"person"`
	Scopes   []string          `json:"scopes"`
	AMR      []string          `json:"amr"`
	AuthTime time.Time         `json:"auth_time"`
	Request  string            `json:"request"` // the ID of the authorization request
	Current  string            `json:"current"` // hash of the one good token
	Used     map[string]bool   `json:"used"`    // hashes of those before
	Access   map[string]access `json:"access"`  // access tokens by their IDs
	Until    time.Time         `json:"until"`
}

// access is an access token that is out.
type access struct {
	Until time.Time `json:"until"`
}

// load reads the state, or begins anew.
func load(path string) (*state, error) {
	s := &state{}
	found, err := keep.Load(path, s, func() bool { return s.Version == 2 && len(s.CryptoKey) == 32 && s.key() != nil })
	if err != nil {
		return nil, err
	}
	if !found {
		if s, err = fresh(); err != nil {
			return nil, err
		}
	}
	if s.Families == nil {
		s.Families = map[string]*family{}
	}
	return s, nil
}

func fresh() (*state, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	s := &state{Version: 2, SigningKey: der, CryptoKey: make([]byte, 32)}
	_, _ = rand.Read(s.CryptoKey)
	return s, nil
}

// key returns the signing key, or nil.
func (s *state) key() *ecdsa.PrivateKey {
	key, err := x509.ParsePKCS8PrivateKey(s.SigningKey)
	if err != nil {
		return nil
	}
	private, _ := key.(*ecdsa.PrivateKey)
	return private
}

// prune drops what has ended.
func (s *state) prune(now time.Time) {
	for id, f := range s.Families {
		if now.After(f.Until) {
			delete(s.Families, id)
			continue
		}
		for token, a := range f.Access {
			if now.After(a.Until) {
				delete(f.Access, token)
			}
		}
	}
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Seal makes a cookie of who has signed in, with a proof of our making.
func (i *Issuer) Seal(who Who) string {
	text := who.Subject + "." + strings.Join(who.AMR, "+") + "." + who.At.UTC().Format(sealTime)
	return text + "." + i.mac(text)
}

// Open reads such a cookie; one that is not ours, or older than age, is nobody's.
func (i *Issuer) Open(sealed string, age time.Duration) (Who, bool) {
	cut := strings.LastIndex(sealed, ".")
	if cut < 0 || subtle.ConstantTimeCompare([]byte(i.mac(sealed[:cut])), []byte(sealed[cut+1:])) != 1 {
		return Who{}, false
	}
	parts := strings.Split(sealed[:cut], ".")
	if len(parts) != 3 {
		return Who{}, false
	}
	at, err := time.Parse(sealTime, parts[2])
	if err != nil || time.Since(at) > age {
		return Who{}, false
	}
	return Who{parts[0], strings.Split(parts[1], "+"), at}, true
}

const sealTime = "20060102T150405Z"

func (i *Issuer) mac(text string) string {
	h := hmac.New(sha256.New, i.store.state.CryptoKey)
	_, _ = h.Write([]byte("session\n" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
