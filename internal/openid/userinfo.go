package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// userinfo fetches the claims of the UserInfo endpoint (OIDC Core §5.3). An endpoint that is down or answers nonsense
// costs its claims, not the sign-in; one that answers about somebody else ends it.
func (c *Client) userinfo(ctx context.Context, a attempt, t session.Tokens, subject string) (object, error) {
	if a.meta.UserInfoURL == "" {
		return nil, nil
	}
	claims, err := c.fetchUserinfo(ctx, a, t)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.opts.Log.Warn("userinfo.unusable", "err", err)
		return nil, nil
	}
	// OIDC Core §5.3.2: sub must be there and must match exactly. Only another text speaks of another person.
	switch got := claims.text("sub"); {
	case got == subject:
		return claims, nil
	case got != "":
		return nil, ErrUserinfoSubject
	case !claims.has("sub"):
		err = errors.New("it has no sub")
	case string(claims["sub"]) == `""`:
		err = errors.New("its sub is empty")
	default:
		err = fmt.Errorf("its sub is %s, not a text", typeName(claims["sub"]))
	}
	c.opts.Log.Warn("userinfo.unusable", "err", err)
	return nil, nil
}

// fetchUserinfo returns what the endpoint says, as JSON or as a signed JWT.
func (c *Client) fetchUserinfo(ctx context.Context, a attempt, t session.Tokens) (object, error) {
	by := a.bind.prover
	if t.Type != session.DPoP {
		by = nil
	}
	res, body, err := c.proven(ctx, by, t.Access, func() (*http.Request, error) {
		return getRequest(ctx, a.meta.UserInfoURL, http.Header{
			"Authorization": {t.Type + " " + t.Access.Reveal()}, // RFC 6750 §2.1, RFC 9449 §7.1: never in the URL
			"Accept":        {"application/json, application/jwt"},
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUserinfo, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, c.statusError(ErrUserinfo, res)
	}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/jwt") {
		return readUserinfo(body)
	}
	keys := c.keySet()
	if keys == nil || c.p.NoIDToken {
		return nil, fmt.Errorf("%w: signed, and no keys are known", ErrUserinfo)
	}
	payload, err := keys.verifySignature(ctx, strings.TrimSpace(string(body)))
	if err != nil {
		return nil, errors.Join(ErrUserinfo, err)
	}
	claims, err := readUserinfo(payload)
	if err != nil {
		return nil, err
	}
	return claims, c.checkSignedUserinfo(claims)
}

// readUserinfo reads the claims, which are no more than a session can keep.
func readUserinfo(data []byte) (object, error) {
	claims, err := parseObject(data)
	if err == nil {
		err = session.CheckClaims(claims)
	}
	if err != nil {
		return nil, errors.Join(ErrUserinfo, err)
	}
	return claims, nil
}

// checkSignedUserinfo: iss and aud, which a signed answer should have, are ours (OIDC Core §5.3.2).
func (c *Client) checkSignedUserinfo(o object) error {
	if o.has("iss") && o.text("iss") != c.issuerOf() {
		return fmt.Errorf("%w: %w", ErrUserinfo, ErrIssuer)
	}
	if aud, ok := o.texts("aud"); o.has("aud") && (!ok || !slices.Contains(aud, c.p.ClientID)) {
		return fmt.Errorf("%w: %w", ErrUserinfo, ErrAudience)
	}
	return nil
}

// identify makes a session of a plain OAuth 2.0 provider's user endpoint. There is no ID token, so IDTokenVerified is
// false.
func (c *Client) identify(ctx context.Context, a attempt, got session.Tokens) (session.Session, error) {
	claims, err := c.fetchUserinfo(ctx, a, got)
	if err != nil {
		return session.Session{}, err
	}
	id := claims.text(c.p.UserIDField)
	if number := string(claims[c.p.UserIDField]); id == "" &&
		!strings.ContainsFunc(number, func(r rune) bool { return r < '0' || r > '9' }) {
		id = number // GitHub's id
	}
	if id == "" || len(id) > maxSubject {
		return session.Session{}, fmt.Errorf("%w: the user endpoint's %s", ErrSubject, c.p.UserIDField)
	}
	c.bound(&got, time.Time{})
	got.ID = secret.Secret{} // nobody has verified it
	key := session.Key{Issuer: cmp.Or(c.p.Issuer, a.meta.AuthURL), Subject: id}
	return session.Session{Key: key, Tokens: got, Profile: profile(claims, nil, id)}, nil
}
