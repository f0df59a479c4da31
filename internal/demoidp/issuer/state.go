package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"time"

	"app.latchkey/internal/demoidp/keep"
)

// state is what survives a restart.
type state struct {
	Version    int                `json:"v"`
	SigningKey []byte             `json:"signing_key"` // PKCS #8
	CryptoKey  []byte             `json:"crypto_key"`  // seals the access tokens and the cookies
	Families   map[string]*family `json:"families"`    // by a random ID
}

// family is one grant: the refresh tokens that came of one sign-in. Of the tokens only hashes are kept.
type family struct {
	signedIn
	Request string            `json:"request"` // the ID of the authorization request
	Current string            `json:"current"` // the hash of the one refresh token that works
	Used    map[string]bool   `json:"used"`    // the hashes of the earlier ones
	Access  map[string]access `json:"access"`  // the access tokens by their IDs
	Until   time.Time         `json:"until"`
}

// access is an access token that was issued.
type access struct {
	Until time.Time `json:"until"`
}

// load reads the state, or begins a new one.
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

// prune drops the grants and access tokens that have expired.
func (s *state) prune(now time.Time) {
	maps.DeleteFunc(s.Families, func(_ string, f *family) bool {
		maps.DeleteFunc(f.Access, func(_ string, a access) bool { return now.After(a.Until) })
		return now.After(f.Until)
	})
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
