package openid

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// minRSABits is the least of RFC 7518 §3.3. go-jose bounds the other end: it reads no modulus of more than 4,096
	// bits, of which one of half a million would cost seconds.
	minRSABits = 2048
	// minRefetch is the least time between two fetches that unknown keys cause: many forged tokens must not cause many
	// requests.
	minRefetch = 30 * time.Second
	maxKeys    = 100
)

// keySet fetches and keeps the provider's keys (RFC 7517). go-oidc's own has no limit on what it reads or how often,
// and hides why it failed.
type keySet struct {
	c       *Client
	address string
	fetch   turns

	mu        sync.Mutex
	keys      []jose.JSONWebKey
	faults    []KeyFault // of the same document
	refetched time.Time  // last fetch for an unknown key
}

// have returns the keys, fetched if there are none.
func (k *keySet) have(ctx context.Context) (keys []jose.JSONWebKey, err error) {
	err = k.fetch.take(func() (err error) {
		k.mu.Lock()
		keys = k.keys
		k.mu.Unlock()
		if len(keys) == 0 {
			keys, err = k.load(ctx)
		}
		return err
	})
	return keys, err
}

// again returns the keys fetched anew for a key that was not among them, at once the first time and then no oftener
// than [minRefetch] (OIDC Core §10.1.1). When it is too soon to ask again, the error matches [ErrKeys]: the
// provider's present keys are unknown, so the token is not proven to be forged.
func (k *keySet) again(ctx context.Context, seen []jose.JSONWebKey) (keys []jose.JSONWebKey, err error) {
	err = k.fetch.take(func() (err error) {
		k.mu.Lock()
		keys = k.keys
		since := k.c.now().Sub(k.refetched)
		another := len(keys) > 0 && len(seen) > 0 && &keys[0] != &seen[0] // another caller has just fetched them
		soon := since >= 0 && since < minRefetch
		if !another && !soon {
			k.refetched = k.c.now()
		}
		k.mu.Unlock()
		switch {
		case another:
			return nil
		case soon:
			return fmt.Errorf("%w: they were asked for a moment ago", ErrKeys)
		}
		keys, err = k.load(ctx)
		return err
	})
	return keys, err
}

// load fetches the key set.
func (k *keySet) load(ctx context.Context) ([]jose.JSONWebKey, error) {
	res, body, err := k.c.get(ctx, k.address, http.Header{"Accept": {"application/jwk-set+json, application/json"}})
	if err != nil {
		return nil, transient(fmt.Errorf("%w: %w", ErrKeys, err))
	}
	if res.StatusCode != http.StatusOK {
		return nil, transient(k.c.statusError(ErrKeys, res))
	}
	raw, err := keysIn(body)
	if err != nil {
		return nil, transient(fmt.Errorf("%w: %w", ErrKeys, err))
	}
	keys, faults := usable(raw)
	for _, f := range faults {
		if f.Published {
			k.c.opts.Log.Warn("keys.private_part_published", "kid", f.Key)
		} else {
			k.c.opts.Log.Warn("keys.key_skipped", "kid", f.Key, "reason", f.Problem)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.faults = keys, faults
	return keys, nil
}

// keysIn returns the members of a key set (RFC 7517 §5).
func keysIn(body []byte) ([]json.RawMessage, error) {
	members, twice, err := readObject(body)
	var raw []json.RawMessage
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(twice, "keys"):
		return nil, fmt.Errorf("%w: keys", ErrDoubledClaim)
	case !members.has("keys"):
		return nil, fmt.Errorf("%w: it has no keys", ErrDocument)
	case json.Unmarshal(members["keys"], &raw) != nil:
		return nil, fmt.Errorf("%w: keys is no list", ErrDocument)
	}
	return raw, nil
}

// candidates returns the keys that a header may mean: by kid when it has one, and those of the algorithm's type in any
// case.
func candidates(keys []jose.JSONWebKey, h jose.Header) []jose.JSONWebKey {
	return slices.DeleteFunc(slices.Clone(keys), func(key jose.JSONWebKey) bool {
		return h.KeyID != "" && key.KeyID != "" && key.KeyID != h.KeyID ||
			h.KeyID != "" && key.KeyID == "" && len(keys) > 1 ||
			key.Algorithm != "" && key.Algorithm != h.Algorithm || !fits(key, h.Algorithm)
	})
}

// fits reports whether the key is of the algorithm's type and curve (RFC 7518 §3.4).
func fits(key jose.JSONWebKey, alg string) bool {
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		return slices.Contains([]string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}, alg)
	case *ecdsa.PublicKey:
		return map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}[alg] == k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// verifySignature returns the payload of a JWT that one of the provider's keys has signed.
func (k *keySet) verifySignature(ctx context.Context, raw string) ([]byte, error) {
	jws, err := parseJWT(raw)
	if err != nil {
		return nil, err
	}
	keys, err := k.have(ctx)
	if err != nil {
		return nil, err
	}
	header := jws.Signatures[0].Header
	fit := candidates(keys, header)
	if payload, ok := try(jws, fit); ok {
		return payload, nil
	}
	// The provider may have rotated its keys since, or reused a kid.
	fresh, err := k.again(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, k.refusal(header, fit))
	}
	fit = candidates(fresh, header)
	if payload, ok := try(jws, fit); ok {
		return payload, nil
	}
	return nil, k.refusal(header, fit)
}

// refusal says why none of the keys that fit has verified a token. The key that the header means may be one that is
// broken.
func (k *keySet) refusal(h jose.Header, fit []jose.JSONWebKey) error {
	if len(fit) > 0 {
		return ErrSignature
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.faults {
		if !f.Published && (h.KeyID == "" || f.kid == "" || f.kid == h.KeyID) {
			return fmt.Errorf("%w: %w: %v", ErrUnknownKey, ErrBrokenKey, f)
		}
	}
	return ErrUnknownKey
}

func try(jws *jose.JSONWebSignature, keys []jose.JSONWebKey) ([]byte, bool) {
	for i := range keys {
		if payload, err := jws.Verify(&keys[i]); err == nil {
			return payload, true
		}
	}
	return nil, false
}
