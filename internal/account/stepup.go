package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/weburl"
)

// ErrStepUp is matched when an API asks for a newer or a stronger sign-in before it lets a request through.
var ErrStepUp = errors.New("account: an API asks for another sign-in")

// StepUp is what an API asks of the person (RFC 9470 §3).
type StepUp struct {
	API       string         // its name in the settings; empty for one that takes the session's own token
	Origin    string         // scheme, host and port that the request went to
	ACRValues []string       // one of these is demanded of the new sign-in; may be empty
	MaxAge    *time.Duration // how old the new sign-in may be; nil when nothing is demanded
}

// StepUpError is a request that was refused until the person signs in again. It matches [ErrStepUp].
type StepUpError struct {
	StepUp
	// Again is set when the person has just signed in as was asked, and the API asked once more.
	Again bool
}

// Error names the API.
func (e *StepUpError) Error() string { return fmt.Sprintf("%v: %s", ErrStepUp, e.Origin) }

// Unwrap returns [ErrStepUp].
func (e *StepUpError) Unwrap() error { return ErrStepUp }

// stepUpIn reads what a refusal asks for.
func stepUpIn(req *http.Request, res *http.Response, api string) (StepUp, bool) {
	asked, ok := proof.StepUpIn(proof.Challenges(res.Header))
	return StepUp{
		API: api, Origin: weburl.Origin(req.URL), ACRValues: asked.ACRValues, MaxAge: asked.MaxAge,
	}, ok && res.StatusCode == http.StatusUnauthorized
}

// stepUp lets the person sign in as the API asks, and sends the request once more. It never asks twice for one
// request.
func (b *bearer) stepUp(req *http.Request, res *http.Response, used Token, asked StepUp) (*http.Response, error) {
	leave(res)
	again, ok := rewound(req)
	if !ok || !b.key.IsZero() {
		return nil, &StepUpError{StepUp: asked}
	}
	err := b.accounts.stepUp(req.Context(), asked, used)
	var fresh Token
	if err == nil {
		fresh, err = b.token(req.Context(), used.API)
	}
	if err != nil {
		closeBody(again)
		return nil, err
	}
	res, err = b.send(again, fresh)
	if err != nil {
		return nil, err
	}
	if next, more := stepUpIn(req, res, used.API); more {
		leave(res)
		return nil, &StepUpError{StepUp: next, Again: true}
	}
	return res, nil
}

// stepUp asks the person, and signs them in anew as was asked. Requests that are refused at the same moment wait for
// one sign-in. used is the token that was refused.
func (a *Manager) stepUp(ctx context.Context, asked StepUp, used Token) error {
	if a.opts.StepUp == nil {
		return &StepUpError{StepUp: asked}
	}
	select {
	case a.stepping <- struct{}{}:
		defer func() { <-a.stepping }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s, err := a.signedIn()
	if err != nil {
		return err
	}
	if !s.Tokens.Access.Equal(used.of) && s.SignedInAt.After(used.signed) {
		return nil // the person has signed in anew while this request waited
	}
	if err := a.opts.StepUp(ctx, asked); err != nil {
		return err
	}
	a.opts.Log.Info("stepup.agreed", "origin", asked.Origin)
	return a.signInAnew(ctx, s, asked.MaxAge, asked.ACRValues)
}

// closeBody is RoundTripper's contract, on errors too.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
