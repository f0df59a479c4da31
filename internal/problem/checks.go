package problem

import (
	"errors"
	"slices"

	"app.latchkey/internal/openid"
)

// check is one failed check in words of its own, where a row of the table stands
// for several. An empty hint leaves the row's.
type check struct {
	err           error
	message, hint string
}

// checks is asked from top to bottom.
var checks = []check{
	{err: openid.ErrMalformed, message: "Its ID token is no signed document at all."},
	{err: openid.ErrAlgorithm, message: "Its ID token is signed in a way that proves nothing here, or is not signed."},
	{err: openid.ErrCritical, message: "Its ID token demands to be read in a way that this app does not know."},
	{err: openid.ErrSignature, message: "The signature of its ID token is false."},
	{
		err:     openid.ErrBrokenKey,
		message: "It has published the key that signs its ID token in a form that cannot be used.",
		hint:    "Tell whoever runs {provider}: the details name the key and the member.",
	},
	{err: openid.ErrUnknownKey, message: "Its ID token is signed by a key that it has not published."},
	{err: openid.ErrDoubledClaim, message: "Its answer says one thing twice, and two readers could take it for two."},

	{err: openid.ErrIssuer, message: "Its ID token was issued by somebody else."},
	{
		err:     openid.ErrAudience,
		message: "Its ID token is for another app.",
		hint:    "Check client_id{ours: (LATCHKEY_CLIENT_ID)}, then try again.",
	},
	{
		err:     openid.ErrExtraAudience,
		message: "Its ID token is also for an app that the settings do not trust.",
		hint: "If the app named in the details is yours, add it to trusted_audiences{ours: " +
			"(LATCHKEY_TRUSTED_AUDIENCES)}.",
	},
	{err: openid.ErrAZP, message: "Its ID token was issued to another app."},
	{err: openid.ErrNonce, message: "Its ID token belongs to another sign-in: somebody may have played it back."},
	{
		err:     openid.ErrATHash,
		message: "The access token that came along is not the one that the ID token was made with.",
	},
	{err: openid.ErrSubject, message: "It does not say who you are."},

	{
		err:     openid.ErrExpired,
		message: "{provider}'s ID token has expired, or does not say when it does.",
	},
	{
		err:     openid.ErrIssuedAt,
		message: "{provider}'s ID token was issued in the future, or does not say when.",
	},
	{err: openid.ErrNotBefore, message: "{provider}'s ID token is not valid yet."},

	{err: openid.ErrState, message: "It belongs to another sign-in, or to none."},
	{err: openid.ErrDoubledParameter, message: "It says one thing twice, and two readers could take it for two."},
	{err: openid.ErrAnswerShape, message: "The answer contains both a code and an error, or neither."},
	{err: openid.ErrAnswerIssuer, message: "It names another provider than {provider}."},
	{
		err:     openid.ErrAnswerNoIss,
		message: "It does not name the provider it comes from, although {provider} has announced that its answers do.",
	},

	{
		err:     openid.ErrOtherPerson,
		message: "You are signed in there as somebody else than was asked for.",
		hint:    "Sign in as the person you were asked for.",
	},
	{
		err:     openid.ErrUserinfoSubject,
		message: "The ID token and the user endpoint of {provider} speak of two different people.",
		hint:    "{verify}",
	},

	{err: openid.ErrBodyTooLarge, message: "Its answer is larger than 1 MiB, and was not read to the end."},
	{
		err:     openid.ErrTokenAnswer,
		message: "It should have sent tokens, and sent something else: another page, of a hotel's network for example.",
	},
	{
		err:     openid.ErrPlainHTTP,
		message: "It is on plain http, where anybody in between can read along.",
		hint:    "Use the https address of the issuer, or tell whoever runs {provider}.",
	},
	{err: openid.ErrTimeout, message: "It did not answer in time."},
}

// words are the row's, with those of the one check that failed in their place.
func (r row) words(err error) Problem {
	p := wordsOf(r.code)
	for _, c := range checks {
		if !slices.Contains(r.errs, c.err) || !errors.Is(err, c.err) {
			continue
		}
		p.Message = c.message
		if c.hint != "" {
			p.Hint = c.hint
		}
		break
	}
	return p
}
