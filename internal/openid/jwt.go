package openid

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// algorithms are the only ones that may sign. "none" proves nothing, and with a shared secret a public client's
// "secret" would be known to all.
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// parseJWT parses a compact JWS of one of our algorithms. Headers that name foreign keys (jku, jwk, x5u, x5c) are never
// looked at (RFC 8725 §3.10).
func parseJWT(raw string) (*jose.JSONWebSignature, error) {
	head, err := headerOf(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if alg := head.text("alg"); !slices.Contains(algorithms, jose.SignatureAlgorithm(alg)) {
		return nil, fmt.Errorf("%w: %s", ErrAlgorithm, clean(alg, 20))
	}
	if head.has("crit") {
		return nil, ErrCritical // none is understood here (RFC 7515 §4.1.11)
	}
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil { // the parts and alg are well: another member, such as x5c or nonce, is not
		return nil, ErrHeader
	}
	return jws, nil
}

// headerOf reads the protected header of a compact JWS. Each part must be base64url as an encoder writes it (RFC 4648
// §3.5): go-jose verifies what it has decoded, and so would take letters that stand for the same bytes.
func headerOf(raw string) (object, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("it has %d parts, not three", len(parts))
	}
	for i, name := range []string{"header", "payload", "signature"} {
		if fault := base64URLFault(parts[i]); fault != "" {
			return nil, fmt.Errorf("its %s %s", name, fault)
		}
	}
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return nil, err
	}
	return parseObject(head)
}
