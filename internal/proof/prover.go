package proof

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/secret"
)

// Server is the part that a server plays. One origin may play both, with other nonces for each (RFC 9449 §8 and §9).
type Server string

// The parts.
const (
	Authorization Server = "authorization" // token endpoint, PAR
	Resource      Server = "resource"      // userinfo, an API: whatever takes an access token
)

// Header is what [Prover] reads of an answer; http.Header is one.
type Header interface{ Values(name string) []string }

// Prover writes the proofs of one account. Its methods may be called at the same time.
type Prover struct {
	// Key must be an ES256 key.
	Key *Key
	// Now is the server's time as far as it is known: servers refuse an iat that is off
	// by more than some seconds. nil is this computer's time.
	Now func() time.Time
	// Nonces may be shared by the provers of several accounts. nil is a prover that never sends a nonce.
	Nonces *Nonces
}

// claims of a proof (RFC 9449 §4.2).
type claims struct {
	ID     string `json:"jti"`
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Issued int64  `json:"iat"` // seconds
	Token  string `json:"ath,omitempty"`
	Nonce  string `json:"nonce,omitempty"`
}

// Proof returns the value of the header DPoP for one request, and for no second one. With an access token it is a
// proof to a resource server, bound to the token (ath); without one a proof to an authorization server. It names the
// last nonce that [Prover.Learn] took from that server.
//
// Errors: [ErrAddress], [ErrMethod], [ErrAlgorithm], [ErrSign], [ErrForeignKey], [ErrHardware].
func (p *Prover) Proof(ctx context.Context, method, address string, token secret.Secret) (string, error) {
	htu, origin, err := target(address)
	if err != nil {
		return "", err
	}
	method = cmp.Or(method, "GET") // as net/http has it
	if strings.ContainsFunc(method, func(r rune) bool { return !tokenRune(r) }) {
		return "", ErrMethod
	}
	c := claims{ID: rand.Text(), Method: method, URL: htu, Issued: timeOf(p.Now).Unix()}
	server := Authorization
	if !token.IsZero() {
		server = Resource
		sum := sha256.Sum256([]byte(token.Reveal()))
		c.Token = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	c.Nonce = p.Nonces.at(server, origin)
	return p.Key.jwt(ctx, jose.ES256, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"), c)
}

// Learn takes the nonce of an answer (DPoP-Nonce, RFC 9449 §8.2), whatever its status. address is where the answered
// request was sent to, redirects not followed: no server sets the nonce of another. Learn reports whether the
// server's nonce has changed, so that a request that was refused for its nonce is worth one more try.
func (p *Prover) Learn(server Server, address string, header Header) bool {
	_, origin, err := target(address)
	values := header.Values("DPoP-Nonce")
	if err != nil || len(values) != 1 {
		return false
	}
	return p.Nonces.take(server, origin, values[0])
}

// jwt signs the claims. A signer is made for each: it holds the context.
func (k *Key) jwt(ctx context.Context, alg jose.SignatureAlgorithm, opts *jose.SignerOptions, c any) (string, error) {
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSign, err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: opaque{k, ctx, opts.EmbedJWK}}, opts)
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrAlgorithm, alg)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err // of Key.sign, which names itself
	}
	return signed.CompactSerialize()
}

// opaque is a key as go-jose asks it.
type opaque struct {
	*Key
	ctx   context.Context // of one signature
	embed bool
}

// Public implements jose.OpaqueSigner. go-jose writes its kid where it embeds nothing.
func (o opaque) Public() *jose.JSONWebKey {
	if !o.embed {
		return nil
	}
	jwk := o.JWK()
	return &jwk
}

// Algs implements jose.OpaqueSigner.
func (o opaque) Algs() []jose.SignatureAlgorithm {
	if o.alg == jose.RS256 {
		return []jose.SignatureAlgorithm{jose.RS256, jose.PS256}
	}
	return []jose.SignatureAlgorithm{o.alg}
}

// SignPayload implements jose.OpaqueSigner.
func (o opaque) SignPayload(payload []byte, alg jose.SignatureAlgorithm) ([]byte, error) {
	return o.sign(o.ctx, payload, alg)
}

func timeOf(now func() time.Time) time.Time {
	if now == nil {
		return time.Now()
	}
	return now()
}
