package openid

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// KeyFault is what is wrong with one key of a provider's key set, in words that name the member. Such a key is not
// used, unless Published is set.
type KeyFault struct {
	Key       string // its kid, or its place in the set
	Problem   string
	Published bool // its private part is published: the key is used, and anybody can forge with it

	kid string // as it is
}

// String names the key and the fault.
func (f KeyFault) String() string { return fmt.Sprintf("key %s: %s", f.Key, f.Problem) }

// material are the members that a public key of each type is made of (RFC 7518 §6, RFC 8037 §2). Of the other members
// only those that [usableKey] reads decide anything: a certificate (x5c, x5t, x5t#S256, x5u) is never looked at.
var material = map[string][]string{"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}

// private are the members that no published key may have (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
var private = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// errNotOurs is a key that is for something else than verifying a signature. It is no fault of the provider's.
var errNotOurs = errors.New("not for signatures")

// usable returns the keys that may verify a signature, at most [maxKeys], and what is wrong with the others. Broken
// neighbours are skipped (RFC 7517 §5).
func usable(raw []json.RawMessage) (keys []jose.JSONWebKey, faults []KeyFault) {
	for i, one := range raw {
		if len(keys) == maxKeys {
			break
		}
		members, twice, err := readObject(one)
		kid, name := members.text("kid"), fmt.Sprintf("%d of the set", i+1)
		if shown := clean(kid, 40); shown != "" {
			name = fmt.Sprintf("%q", shown)
		}
		if err == nil && slices.ContainsFunc(private, members.has) {
			faults = append(faults, KeyFault{name, "its private part is published", true, kid})
		}
		var key jose.JSONWebKey
		if err == nil {
			key, err = usableKey(members, twice)
		}
		switch {
		case err == nil:
			keys = append(keys, key)
		case !errors.Is(err, errNotOurs) && len(faults) < maxKeys:
			why := strings.TrimPrefix(err.Error(), ErrDocument.Error()+": ")
			faults = append(faults, KeyFault{name, why, false, kid})
		}
	}
	return keys, faults
}

// usableKey reads one key (RFC 7517 §4). What go-jose parses is made of the members that are needed, each checked
// here, so that an error names the member.
func usableKey(o object, twice []string) (jose.JSONWebKey, error) {
	kind := o.text("kty")
	names, known := material[kind]
	if !known && kind != "" {
		return jose.JSONWebKey{}, errNotOurs // another type, such as one from the future
	}
	for _, name := range slices.Concat([]string{"kty", "use", "key_ops", "alg", "kid", "crv"}, names) {
		if slices.Contains(twice, name) {
			return jose.JSONWebKey{}, fmt.Errorf("%s stands twice", name)
		}
	}
	if !known {
		return jose.JSONWebKey{}, errors.New("kty is missing or no text")
	}
	if err := forSignatures(o); err != nil {
		return jose.JSONWebKey{}, err
	}
	plain := object{"kty": o["kty"]}
	for _, name := range names {
		if name == "crv" && o.text(name) == "" {
			return jose.JSONWebKey{}, errors.New("crv is missing or no text")
		}
		if name != "crv" {
			if err := checkBase64URL(o, name); err != nil {
				return jose.JSONWebKey{}, err
			}
		}
		plain[name] = o[name]
	}
	key, err := parsedKey(plain)
	if err != nil {
		return key, fmt.Errorf("%s do not make a public key of its type, or of one that is known",
			strings.Join(names, ", "))
	}
	key.KeyID, key.Algorithm = o.text("kid"), o.text("alg")
	return key, checkRSA(key)
}

// forSignatures: use is sig or absent, key_ops has verify or is absent, and both are of the right type (RFC 7517 §4.2,
// §4.3).
func forSignatures(o object) error {
	if o.has("use") {
		switch use := o.text("use"); use {
		case "sig":
		case "":
			return errors.New("use is no text")
		default:
			return errNotOurs
		}
	}
	if o.has("key_ops") {
		switch ops, ok := o.texts("key_ops"); {
		case !ok:
			return errors.New("key_ops is no list of texts")
		case !slices.Contains(ops, "verify"):
			return errNotOurs
		}
	}
	if o.has("alg") && o.text("alg") == "" {
		return errors.New("alg is no text")
	}
	return nil
}

// checkBase64URL demands base64url without padding, as an encoder writes it (RFC 7515 §2, RFC 4648 §3.5).
func checkBase64URL(o object, name string) error {
	s := o.text(name)
	switch {
	case !o.has(name):
		return fmt.Errorf("%s is missing", name)
	case s == "" && string(o[name]) != `""`:
		return fmt.Errorf("%s is no text", name)
	case s == "":
		return fmt.Errorf("%s is empty", name)
	}
	if why := base64URLFault(s); why != "" {
		return fmt.Errorf("%s %s", name, why)
	}
	return nil
}

// base64URLFault says why s is not base64url without padding; "" when it is.
func base64URLFault(s string) string {
	data, err := base64.RawURLEncoding.DecodeString(s)
	switch {
	case strings.ContainsAny(s, " \t\r\n"):
		return "has white space in it"
	case strings.HasSuffix(s, "="):
		return "has padding (=), which base64url without padding has not"
	case strings.ContainsAny(s, "+/"):
		return "is plain base64 (+ or /), not base64url"
	case err != nil:
		return "is not base64url"
	case base64.RawURLEncoding.EncodeToString(data) != s:
		return "ends in bits that stand for nothing"
	}
	return ""
}

// parsedKey lets go-jose read a key whose members have been checked.
func parsedKey(plain object) (key jose.JSONWebKey, err error) {
	data, err := json.Marshal(plain)
	if err == nil {
		err = json.Unmarshal(data, &key)
	}
	if err == nil && !key.Valid() {
		err = errors.New("not a valid key")
	}
	return key, err
}

// checkRSA refuses an RSA key that is short, or of numbers that no such key has (RFC 7518 §3.3, RFC 8017 §3.1).
func checkRSA(key jose.JSONWebKey) error {
	k, ok := key.Key.(*rsa.PublicKey)
	switch {
	case !ok:
		return nil
	case k.N.BitLen() < minRSABits:
		return fmt.Errorf("n has %d bits, fewer than %d", k.N.BitLen(), minRSABits)
	case k.N.Bit(0) == 0:
		return errors.New("n is even")
	case k.E < 3 || k.E%2 == 0:
		return errors.New("e is no odd number of 3 or more")
	}
	return nil
}
