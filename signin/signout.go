package signin

import (
	"context"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// Level says how far a sign-out goes. Each level includes the ones before it. The zero value is [Revoke].
type Level int

// Levels of a sign-out.
const (
	// ThisComputer forgets the session here. At the provider its tokens live until they end by themselves.
	ThisComputer Level = iota + 1
	// Revoke revokes the tokens at the provider too (RFC 7009).
	Revoke
	// Everywhere ends the provider's session in the person's browser too (OpenID Connect RP-Initiated Logout 1.0),
	// for every program that uses it.
	Everywhere
)

// Outcome says how one part of a sign-out went.
type Outcome string

// Outcomes of a sign-out's parts.
const (
	Done        Outcome = "done"        // ended
	Sent        Outcome = "sent"        // the browser was sent there; it shows how that ended
	Unsupported Outcome = "unsupported" // the provider offers no way
	Pending     Outcome = "pending"     // kept sealed, and tried again by a later call or by Watch
	Failed      Outcome = "failed"      // tried and refused
	NotAsked    Outcome = "not_asked"   // not part of this level
	Nothing     Outcome = "nothing"     // there was nothing to end
)

// SignOutReport says what a sign-out has ended and what it has not. On this machine the session is always gone.
type SignOutReport struct {
	Account string   `json:"account"` // ID of who was signed out; empty when nobody was
	Name    string   `json:"name"`
	Tokens  Outcome  `json:"tokens"`  // at the provider
	Browser Outcome  `json:"browser"` // the provider's session in the browser
	Lines   []string `json:"lines"`   // the same in words, for people
	Problem *Error   `json:"problem"` // why something is left; nil when nothing is
}

// SignOut ends the active account's session: here first, then at the provider as far as the level goes. Its error
// means that the session is still here; what could not be ended at the provider stands in the report and is no error.
// With nobody signed in it reports nothing and returns nil. Afterwards nobody is active, and other accounts wait for
// [Client.Use].
func (c *Client) SignOut(ctx context.Context, level Level) (SignOutReport, error) {
	return do(ctx, c, func(ctx context.Context) (SignOutReport, error) {
		scope := account.ScopeTokens
		switch level {
		case 0, Revoke:
		case ThisComputer:
			scope = account.ScopeDevice
		case Everywhere:
			scope = account.ScopeBrowser
		default:
			return SignOutReport{}, configError("there is no such level of a sign-out")
		}
		c.manager().Sync(ctx)
		done, err := c.manager().SignOut(ctx, session.Key{}, scope)
		if err != nil || done.Key.IsZero() {
			return SignOutReport{}, err
		}
		return SignOutReport{
			Account: account.Address(done.Key), Name: done.Name,
			Tokens: Outcome(done.Ending.Tokens), Browser: Outcome(done.Ending.Browser),
			Lines: problem.Ending(done.Ending, c.reader.provider), Problem: describe(done.Ending.Err, c.reader),
		}, nil
	})
}
