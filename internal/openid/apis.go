package openid

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// Grant and token types of a token exchange (RFC 8693 §2.1, §3).
const (
	exchangeGrant   = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessTokenType = "urn:ietf:params:oauth:token-type:access_token" // #nosec G101 -- a name, no credential
	jwtTokenType    = "urn:ietf:params:oauth:token-type:jwt"          // #nosec G101
)

// ForAPI asks for an access token for the API of that name in the settings, with the refresh token of s (RFC 8707
// §2.2) or by an exchange of its access token (RFC 8693 §2), and returns s with it. keep is as for [Client.Refresh]:
// a refresh token may rotate here too.
//
// A refusal is a [session.APIError] and leaves the session alive, whatever its code: some providers answer
// invalid_grant where the person has not agreed to the API. A token that is a JWT for another audience is refused
// with [ErrAPIToken]. Other errors are those of [Client.Refresh].
func (c *Client) ForAPI(ctx context.Context, s session.Session, name string,
	keep func(context.Context, session.Session) error) (session.Session, error) {
	defer c.http.CloseIdleConnections() // as after a sign-in
	at := slices.IndexFunc(c.p.APIs, func(a provider.API) bool { return a.Name == name })
	if at < 0 {
		return session.Session{}, fmt.Errorf("openid: API %s: %w", name, ErrSettings)
	}
	api := c.p.APIs[at]
	meta, bind, err := c.spendable(ctx, s)
	if err != nil {
		return session.Session{}, err
	}
	var t session.Tokens
	switch {
	case api.Way == provider.ByExchange:
		t, err = c.exchangeToken(ctx, meta, s, bind, api)
	case s.Tokens.Refresh.IsZero():
		return session.Session{}, &session.APIError{API: name, Err: ErrNoRefresh}
	case api.Way == provider.ByResource && !slices.Contains(s.Resources, api.Resource):
		// Some providers spend the refresh token, refuse the resource, and end the session when that token comes again.
		return session.Session{}, &session.APIError{API: name, Err: ErrNotAsked}
	default:
		t, s, err = c.redeemKept(ctx, meta, s, bind, api.Parameters(), keep)
		if err == nil && !t.ID.IsZero() && !c.p.NoIDToken {
			_, err = c.verifyRefreshed(ctx, s, t)
		}
	}
	if err == nil {
		err = checkAPIToken(api, t.Access.Reveal())
	}
	if err != nil {
		return session.Session{}, refusedAPI(name, err)
	}
	if t.Lifetime <= 0 || t.Lifetime >= maxLifetime { // not said: another one can be had
		t.Lifetime, t.Expiry = guessedLifetime, c.now().Add(guessedLifetime)
	}
	return s.WithAPI(name, session.APIToken{
		Tokens: session.Tokens{
			Access: t.Access, Type: t.Type, Expiry: t.Expiry, Lifetime: t.Lifetime, Scope: t.Scope,
		},
		Asked: api.Asked(), Obtained: c.now(),
	}), nil
}

// exchangeToken is a token exchange (RFC 8693 §2.1). It spends nothing. A refresh token in its answer is not kept:
// the session has one. No RFC says that an exchanged token is bound as its subject is; the settings can demand it.
func (c *Client) exchangeToken(ctx context.Context, m Metadata, s session.Session, b binding,
	api provider.API) (session.Tokens, error) {
	b.must = c.p.DPoP == bindRequired
	form := url.Values{
		"grant_type": {exchangeGrant}, "subject_token": {s.Tokens.Access.Reveal()},
		"subject_token_type": {accessTokenType}, "requested_token_type": {accessTokenType},
	}
	maps.Copy(form, api.Parameters())
	members, err := c.tokenRequest(ctx, m, form, b.prover)
	if err != nil {
		return session.Tokens{}, fmt.Errorf("openid: exchange a token: %w", err)
	}
	kind := members.text("issued_token_type")
	if members.has("issued_token_type") && kind != accessTokenType && kind != jwtTokenType {
		return session.Tokens{}, fmt.Errorf("%w: issued_token_type is no access token's", ErrAPIToken)
	}
	return c.readAnswer(members, strings.Join(api.Scopes, " "), b)
}

// refusedAPI tells a refusal of one API from a fault that concerns the session. Only the provider's own words, and a
// token that is not for the API, are a refusal; an ID token that was verified to be false ends the session as at any
// refresh.
func refusedAPI(name string, err error) error {
	_, retry := errors.AsType[*session.RetryError](err)
	answer, refused := errors.AsType[*AnswerError](err)
	switch {
	case errors.Is(err, session.ErrFalse), retry:
		return err
	case errors.Is(err, ErrAPIToken):
		return &session.APIError{API: name, Err: err}
	case !refused:
		return err
	}
	told := error(answer)
	if errors.Is(err, session.ErrLost) {
		told = fmt.Errorf("%w (%w)", answer, session.ErrLost)
	}
	code := grantCode(answer)
	return &session.APIError{API: name, Doubted: verdicts[code] == ends || verdicts[code] == doubted, Err: told}
}

// checkAPIToken refuses what is seen not to be for the API: a JWT whose aud names neither the resource nor the
// audience of the settings (RFC 9068 §4). A token that is no readable JWT is the API's own to judge.
func checkAPIToken(api provider.API, token string) error {
	if len(token) > session.MaxAPIToken {
		return fmt.Errorf("%w: it has %d bytes, and %d are the most", ErrAPIToken, len(token), session.MaxAPIToken)
	}
	want := api.Expected()
	claims, ok, err := unverifiedClaims(token)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrAPIToken, err)
	case !ok || len(want) == 0 || !claims.has("aud"):
		return nil
	}
	aud, _ := claims.texts("aud")
	if slices.ContainsFunc(want, func(w string) bool { return slices.Contains(aud, w) }) {
		return nil
	}
	return fmt.Errorf("%w: its audience is %s, not %s", ErrAPIToken, clean(strings.Join(aud, " "), 200),
		strings.Join(want, " or "))
}

// unverifiedClaims are the claims of an access token that is a JWT. Nothing is believed of them: they can only speak
// against the token. The error is a claim that stands twice.
func unverifiedClaims(token string) (claims object, isJWT bool, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false, nil
	}
	for _, part := range parts[:2] {
		data, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil, false, nil
		}
		if claims, err = parseObject(data); errors.Is(err, ErrDoubledClaim) {
			return nil, true, err
		} else if err != nil {
			return nil, false, nil
		}
	}
	return claims, true, nil
}

// resources are named in the authorization request, so that the grant covers them (RFC 8707 §2.1).
func (c *Client) resources() []string {
	var out []string
	for _, a := range c.p.APIs {
		if a.Way == provider.ByResource && !slices.Contains(out, a.Resource) {
			out = append(out, a.Resource)
		}
	}
	return out
}

// withAPIScopes adds the scopes of the APIs that are granted together with the sign-in: a refresh can narrow a grant
// and not widen it (RFC 6749 §6).
func (c *Client) withAPIScopes(scopes []string) []string {
	for _, a := range c.p.APIs {
		if c.p.APIScopesApart || a.Way == provider.ByExchange || a.Way == provider.ByAudience {
			continue
		}
		for _, s := range a.Scopes {
			if !slices.Contains(scopes, s) {
				scopes = append(scopes, s)
			}
		}
	}
	return scopes
}
