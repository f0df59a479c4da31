package problem

import (
	"cmp"
	_ "embed"
	"errors"
	"slices"

	"app.latchkey/internal/datafile"
	"app.latchkey/internal/openid"
)

// check is one failed check that has words of its own in checks.json, where a row of the
// table stands for several. An empty hint leaves the row's.
type check struct {
	err error
	key string
}

//go:embed checks.json
var checksFile []byte

var checkWords = datafile.JSON[map[string]struct{ Message, Hint string }](checksFile)

// checks is asked from top to bottom.
var checks = []check{
	{openid.ErrMalformed, "malformed"},
	{openid.ErrHeader, "header"},
	{openid.ErrAlgorithm, "algorithm"},
	{openid.ErrCritical, "critical"},
	{openid.ErrSignature, "signature"},
	{openid.ErrBrokenKey, "broken_key"},
	{openid.ErrUnknownKey, "unknown_key"},
	{openid.ErrDoubledClaim, "doubled_claim"},
	{openid.ErrIssuer, "issuer"},
	{openid.ErrAudience, "audience"},
	{openid.ErrExtraAudience, "extra_audience"},
	{openid.ErrAZP, "azp"},
	{openid.ErrNonce, "nonce"},
	{openid.ErrATHash, "at_hash"},
	{openid.ErrSubject, "subject"},
	{openid.ErrExpired, "expired"},
	{openid.ErrIssuedAt, "issued_at"},
	{openid.ErrNotBefore, "not_before"},
	{openid.ErrState, "state"},
	{openid.ErrDoubledParameter, "doubled_parameter"},
	{openid.ErrAnswerShape, "answer_shape"},
	{openid.ErrAnswerIssuer, "answer_issuer"},
	{openid.ErrAnswerNoIss, "answer_no_iss"},
	{openid.ErrOtherPerson, "other_person"},
	{openid.ErrUserinfoSubject, "userinfo_subject"},
	{openid.ErrBodyTooLarge, "body_too_large"},
	{openid.ErrEncoding, "encoding"},
	{openid.ErrTokenForm, "token_form"},
	{openid.ErrTokenAnswer, "token_answer"},
	{openid.ErrPlainHTTP, "plain_http"},
	{openid.ErrTimeout, "timeout"},
}

// words are the row's, with those of the one check that failed in their place.
func (r row) words(err error) Problem {
	p := wordsOf(r.code)
	for _, c := range checks {
		if !slices.Contains(r.errs, c.err) || !errors.Is(err, c.err) {
			continue
		}
		says := checkWords()[c.key]
		p.Message, p.Hint = says.Message, cmp.Or(says.Hint, p.Hint)
		break
	}
	return p
}
