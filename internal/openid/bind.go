package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// Tokens that are bound to a key of this computer (DPoP, RFC 9449).

// The values of [provider.Provider].DPoP.
const (
	bindRequired = "require"
	bindNever    = "off"
)

// Keys makes and opens the keys that sessions are bound to.
type Keys interface {
	New() (*proof.Key, error)
	Open(blob secret.Secret) (*proof.Key, error)
	Forget(blob secret.Secret) error
}

// errNoKeys means that the program was wired without [Options.Keys].
var errNoKeys = fmt.Errorf("%w: the program makes none", proof.ErrHardware)

// binding is what one grant is bound to.
type binding struct {
	prover *proof.Prover // nil for a grant that is not bound
	must   bool          // an access token that is not bound is refused
}

// newBinding makes the key of a sign-in. With "auto" nothing is bound where the provider does not announce ES256; with
// "require" a provider that announces nothing is asked all the same, and its answer decides.
func (c *Client) newBinding(m Metadata) (binding, error) {
	must := c.p.DPoP == bindRequired
	announced := slices.Contains(m.DPoPAlgorithms, string(jose.ES256))
	switch {
	case c.p.DPoP == bindNever, !must && (c.opts.Keys == nil || !announced):
		return binding{}, nil
	case c.opts.Keys == nil:
		return binding{}, errNoKeys
	case !announced && m.DPoPAlgorithms != nil:
		return binding{}, fmt.Errorf("%w: the provider takes no proof by ES256", ErrNotBound)
	}
	key, err := c.opts.Keys.New()
	if err != nil {
		return binding{}, fmt.Errorf("openid: make the session's key: %w", err)
	}
	return binding{c.ring.keep(key), must}, nil
}

// bindingOf opens the key of a session.
func (c *Client) bindingOf(s session.Session) (binding, error) {
	must := c.p.DPoP == bindRequired || s.Bound
	if s.ProofKey.IsZero() {
		if must { // signed in before the settings demanded it: only a new sign-in can bind it
			return binding{}, fmt.Errorf("%w: %w", ErrNotBound, session.ErrPersonNeeded)
		}
		return binding{}, nil
	}
	prover, err := c.Prover(s.ProofKey)
	return binding{prover, must}, err
}

// thumbprint is dpop_jkt (RFC 9449 §10); "" for a grant that is not bound.
func (b binding) thumbprint() string {
	if b.prover == nil {
		return ""
	}
	return b.prover.Key.Thumbprint()
}

// mark notes in the session what its tokens are bound to. A provider may bind the refresh token alone: that of a public
// client is bound as soon as a proof came with its request (RFC 9449 §5).
func (c *Client) mark(s *session.Session, b binding) {
	if b.prover == nil {
		return
	}
	s.Bound = s.Tokens.Type == session.DPoP
	if s.Bound || !s.Tokens.Refresh.IsZero() && c.public() {
		s.ProofKey = b.prover.Key.Blob()
	}
}

// forget closes the key of a sign-in that came to nothing, or to a session that is not bound.
func (c *Client) forget(b binding, s session.Session) {
	if b.prover == nil || !s.ProofKey.IsZero() {
		return
	}
	if err := c.ForgetKey(b.prover.Key.Blob()); err != nil {
		c.opts.Log.Warn("key.not_forgotten", "err", err)
	}
}

// Prover returns what writes the proofs of a session, by what is kept of its key. Errors are of package proof:
// [proof.ErrForeignKey] where the key is another computer's.
func (c *Client) Prover(blob secret.Secret) (*proof.Prover, error) {
	if c.opts.Keys == nil {
		return nil, errNoKeys
	}
	return c.ring.prover(blob, c.opts.Keys.Open)
}

// ForgetKey removes what the system keeps of a session's key.
func (c *Client) ForgetKey(blob secret.Secret) error {
	if blob.IsZero() || c.opts.Keys == nil {
		return nil
	}
	c.ring.drop(blob)
	return c.opts.Keys.Forget(blob)
}

// ring holds the keys that are open, each opened once, and the servers' nonces.
type ring struct {
	nonces proof.Nonces
	now    func() time.Time // the provider's

	mu   sync.Mutex
	open map[string]*proof.Prover // by blob
}

// keep returns the prover of a key that has just been made.
func (r *ring) keep(key *proof.Key) *proof.Prover {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.add(key.Blob(), key)
}

// add keeps an open key; the caller holds the lock.
func (r *ring) add(blob secret.Secret, key *proof.Key) *proof.Prover {
	p := &proof.Prover{Key: key, Now: r.now, Nonces: &r.nonces}
	r.open[blob.Reveal()] = p
	return p
}

func (r *ring) prover(blob secret.Secret, open func(secret.Secret) (*proof.Key, error)) (*proof.Prover, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.open[blob.Reveal()]; p != nil {
		return p, nil
	}
	key, err := open(blob)
	if err != nil {
		return nil, fmt.Errorf("openid: open the session's key: %w", err)
	}
	return r.add(blob, key), nil
}

func (r *ring) drop(blob secret.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.open[blob.Reveal()]; p != nil {
		_ = p.Key.Close()
		delete(r.open, blob.Reveal())
	}
}

func (r *ring) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.open {
		_ = p.Key.Close()
	}
	clear(r.open)
}

// errNoProof means that nothing was sent, since the key wrote no proof.
var errNoProof = errors.New("openid: no proof")

// proven sends a request with a proof, and once more where the server refused the proof for its nonce (RFC 9449 §8,
// §9) or for its time: the refusal itself then bears the nonce, or the time, that the next proof has. A token makes
// it a request to a resource server. by may be nil: then there is no proof, and no second request.
func (c *Client) proven(ctx context.Context, by *proof.Prover, token secret.Secret,
	request func() (*http.Request, error)) (*http.Response, []byte, error) {
	server := proof.Authorization
	if !token.IsZero() {
		server = proof.Resource
	}
	for again := true; ; again = false {
		req, err := request()
		if err != nil {
			return nil, nil, err
		}
		if by == nil {
			return c.do(req)
		}
		clock, _ := c.ClockOff()
		text, err := by.Proof(ctx, req.Method, req.URL.String(), token)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errNoProof, err)
		}
		req.Header.Set("DPoP", text)
		res, body, err := c.do(req)
		if res == nil {
			return nil, nil, err
		}
		fresh := by.Learn(server, req.URL.String(), res.Header)
		now, _ := c.ClockOff()
		refusal := refusalOf(server, res, body)
		worth := refusal == nonceWanted && fresh || refusal == proofRefused && (fresh || (now-clock).Abs() >= proofSkew)
		if !again || err != nil || !worth {
			return res, body, err
		}
	}
}

// The codes by which a proof is refused (RFC 9449 §5, §8).
const (
	nonceWanted  = "use_dpop_nonce"
	proofRefused = "invalid_dpop_proof"
)

// proofSkew is the least change of what is known of the provider's clock for which a refused proof is written anew.
const proofSkew = 2 * time.Second

// refusalOf is the code by which a proof was refused; "" when it was not.
func refusalOf(server proof.Server, res *http.Response, body []byte) string {
	code := ""
	switch {
	case server == proof.Authorization && res.StatusCode/100 == 4:
		if members, err := parseObject(body); err == nil {
			code = members.text("error")
		}
	case server == proof.Resource && res.StatusCode == http.StatusUnauthorized:
		for _, challenge := range proof.Challenges(res.Header) {
			if challenge.Scheme == strings.ToLower(session.DPoP) && challenge.Params["error"] != "" {
				code = challenge.Params["error"]
			}
		}
	}
	if code == nonceWanted || code == proofRefused {
		return code
	}
	return ""
}
