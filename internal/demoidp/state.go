package demoidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// state is what survives a restart.
type state struct {
	Version    int                `json:"v"`
	SigningKey []byte             `json:"signing_key"` // PKCS #8
	CryptoKey  []byte             `json:"crypto_key"`  // of the access tokens
	Families   map[string]*family `json:"families"`    // by an ID of their own
}

// family is one grant: the refresh tokens that came of one sign-in. Of the tokens
// only hashes are kept.
type family struct {
	Person   string            `json:"person"`
	Scopes   []string          `json:"scopes"`
	AuthTime time.Time         `json:"auth_time"`
	Current  string            `json:"current"` // hash of the one good token
	Used     map[string]bool   `json:"used"`    // hashes of those before
	Access   map[string]access `json:"access"`  // access tokens by their IDs
	Until    time.Time         `json:"until"`
}

// access is an access token that is out.
type access struct {
	Until time.Time `json:"until"`
}

const stateName = "provider.json"

// load reads the state, or begins anew; what cannot be read is set aside.
func load(dir string) (*state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	path := filepath.Join(dir, stateName)
	data, err := os.ReadFile(path)
	if err == nil {
		s := &state{}
		if json.Unmarshal(data, s) == nil && s.Version == 1 && len(s.CryptoKey) == 32 && s.key() != nil {
			if s.Families == nil {
				s.Families = map[string]*family{}
			}
			return s, nil
		}
		if err := os.Rename(path, path+".unreadable"); err != nil {
			return nil, fmt.Errorf("demoidp: %w", err)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	return fresh()
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
	s := &state{Version: 1, SigningKey: der, CryptoKey: make([]byte, 32), Families: map[string]*family{}}
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

// save makes the state durable, whole or not at all.
func (s *state) save(dir string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("demoidp: %w", err)
	}
	f, err := os.CreateTemp(dir, stateName+".tmp-*")
	if err != nil {
		return fmt.Errorf("demoidp: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, stateName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("demoidp: %w", err)
	}
	return nil
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
