package openid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// What the token endpoint's answers mean for a session, and which are asked for again.

// verdict is what an error code at a refresh means.
type verdict int

const (
	goesOn  verdict = iota // the session stays
	ends                   // it is over
	doubted                // it is over if the provider says so twice
	person                 // the person is needed
)

// verdicts are the codes that decide something; every other one leaves the session as it is (RFC 6749 §5.2, OIDC Core
// §3.1.2.6). Some servers answer a spent token with invalid_request or a code of their own.
var verdicts = map[string]verdict{
	"invalid_grant":   ends,
	"invalid_request": doubted, "invalid_refresh_token": doubted, "invalid_token": doubted,
	"interaction_required": person, "login_required": person, "consent_required": person,
	"account_selection_required": person,
}

// grantCode returns the code of a token endpoint's JSON error. GitHub has a word of its own for a token that is spent.
func grantCode(err error) string {
	answer, ok := errors.AsType[*AnswerError](err)
	switch {
	case !ok || !errors.Is(answer.Kind, ErrTokenEndpoint):
		return ""
	case answer.Code == "bad_refresh_token":
		return "invalid_grant"
	}
	return answer.Code
}

// lostPauses are the pauses before a refresh token is presented again after its answer was lost: at once, and then
// within [lostLimit]. Several providers answer a repeated token with its successor during a grace period; at other
// providers a longer wait would not help.
var lostPauses = [...]time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 3 * time.Second}

// lostLimit is how long after the loss the same token is presented.
const lostLimit = 10 * time.Second

// redeem redeems the refresh token, and again when the answer was lost or doubtful. further are parameters beside it,
// such as the resource of an API. The error matches [session.ErrLost] when an answer was lost on the way and no later
// one was a success.
func (c *Client) redeem(ctx context.Context, m Metadata, refresh secret.Secret, b binding,
	further url.Values) (session.Tokens, error) {
	got, err := c.spend(ctx, m, refresh, b, further)
	cut := errors.Is(err, session.ErrLost)
	for at, pauses := c.now(), lostPauses[:]; cut && !decided(got, err) && len(pauses) > 0; pauses = pauses[1:] {
		pause := max(pauses[0], retryAfterOf(err))
		if c.now().Add(pause).Sub(at) > lostLimit || c.rest(ctx, pause) != nil {
			break
		}
		c.opts.Log.Info("refresh.again", "err", err)
		got, err = c.spend(ctx, m, refresh, b, further)
	}
	if verdicts[grantCode(err)] == doubted {
		got, err = c.spend(ctx, m, refresh, b, further)
		if verdicts[grantCode(err)] == doubted {
			err = fmt.Errorf("%w: %w", session.ErrEnded, err)
		}
	}
	switch code := grantCode(err); {
	case verdicts[code] == ends:
		err = fmt.Errorf("%w: %w", session.ErrEnded, err)
	case verdicts[code] == person:
		err = fmt.Errorf("%w: %w", session.ErrPersonNeeded, err)
	case verdicts[code] == goesOn && code != "":
		err = fmt.Errorf("%w: %w", ErrNotRenewed, err)
	}
	if cut && err != nil && got.Refresh.IsZero() && !errors.Is(err, session.ErrLost) {
		err = fmt.Errorf("%w (%w)", err, session.ErrLost)
	}
	return got, err
}

// decided reports whether an answer is the provider's last word on this token: a success, one that brought a new
// refresh token, or an error that does not pass.
func decided(got session.Tokens, err error) bool {
	_, retry := errors.AsType[*session.RetryError](err)
	return err == nil || !got.Refresh.IsZero() || !retry
}

// retryAfterOf is how long the provider asked to wait.
func retryAfterOf(err error) time.Duration {
	if retry, ok := errors.AsType[*session.RetryError](err); ok {
		return retry.After
	}
	return 0
}

// rest waits. It returns the context's error when that ends first.
func (c *Client) rest(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	return c.opts.Sleep(ctx, d)
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// spend redeems a refresh token (RFC 6749 §6), once.
func (c *Client) spend(ctx context.Context, m Metadata, refresh secret.Secret, b binding,
	further url.Values) (session.Tokens, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}}
	maps.Copy(form, further)
	answer, err := c.tokenRequest(ctx, m, form, b.prover)
	if err != nil {
		return session.Tokens{}, fmt.Errorf("openid: refresh: %w", err)
	}
	got, err := c.readAnswer(answer, "", b)
	if err != nil && !errors.Is(err, ErrTokenText) && !errors.Is(err, ErrNotBound) && got.Refresh.IsZero() {
		err = lost(err) // a 200 that is no token answer
	}
	return got, err
}

// exchangePauses are the pauses before a code is redeemed again.
var exchangePauses = [...]time.Duration{time.Second, 2 * time.Second}

// maxExchangeWait is the longest Retry-After that a sign-in waits for.
const maxExchangeWait = 5 * time.Second

// exchange redeems the code (RFC 6749 §4.1.3, RFC 7636 §4.5), and again when the provider was busy or the connection
// broke: only who has the verifier can redeem it, and the person would have to go through the browser once more. A
// provider may have redeemed it and then refuses it (RFC 6749 §4.1.2): the tokens of that try were lost with its
// answer, so nothing more is. A web page from a proxy or a portal is no reason to try again.
func (c *Client) exchange(ctx context.Context, a attempt, code string) (session.Tokens, error) {
	got, err := c.exchangeOnce(ctx, a, code)
	for _, pause := range exchangePauses {
		wait := max(pause, retryAfterOf(err))
		if !worthAnother(err) || wait > maxExchangeWait || c.rest(ctx, wait) != nil {
			break
		}
		c.opts.Log.Info("signin.exchange_again", "err", err)
		again, failed := c.exchangeOnce(ctx, a, code)
		if errors.Is(err, session.ErrLost) && grantCode(failed) == "invalid_grant" {
			break // the code was redeemed by the try whose answer was lost: that is what went wrong
		}
		got, err = again, failed
	}
	return got, err
}

// worthAnother reports whether a code may be redeemed by another try: the provider was busy (429, 502, 503, 504), or
// the connection broke. A provider that stays silent is not asked again: it costs one time limit.
func worthAnother(err error) bool {
	if _, retry := errors.AsType[*session.RetryError](err); !retry || errors.Is(err, ErrTokenAnswer) {
		return false
	}
	if status := statusOf(err); status != 0 {
		return status == http.StatusTooManyRequests || gateway(status)
	}
	return errors.Is(err, ErrNetwork) && !errors.Is(err, ErrTimeout)
}
