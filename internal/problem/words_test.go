package problem

import (
	"strings"
	"testing"

	"app.latchkey/internal/openid"
)

// Each row leads to words of its own code: a code without words would be told as a
// fault of the app.
func TestEveryRowHasWords(t *testing.T) {
	for _, r := range table {
		if got := wordsOf(r.code).Code; got != r.code {
			t.Errorf("%s is told in the words of %s", r.code, got)
		}
	}
	if got := wordsOf("nobody has written this").Code; got != internal {
		t.Errorf("an unknown code is %s", got)
	}
}

// A program with its provider in its code reads no LATCHKEY_ variable and comes without latchkeyctl, so its errors name
// neither.
func TestTheWordsFitTheirReader(t *testing.T) {
	var errs []error
	for _, r := range table {
		errs = append(errs, r.errs...)
	}
	for _, c := range checks {
		errs = append(errs, c.err)
	}
	for _, description := range []string{"redirect_uri mismatch", "AADSTS50011", "invalid redirect"} {
		errs = append(errs, &openid.AnswerError{Kind: openid.ErrAnswer, Code: "invalid_request",
			Description: description})
	}
	named := 0
	for _, err := range errs {
		ours, theirs := From(err, "Acme ID"), InCode(err, "Acme ID")
		for _, text := range []string{ours.Hint, ours.Admin, theirs.Hint, theirs.Admin} {
			if strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") {
				t.Errorf("%s: %q", ours.Code, text)
			}
		}
		if said := theirs.Hint + theirs.Admin; strings.Contains(said, "LATCHKEY_") ||
			strings.Contains(said, "latchkeyctl") {
			t.Errorf("%s: %q", theirs.Code, said)
		}
		if strings.Contains(ours.Hint+ours.Admin, "LATCHKEY_") {
			named++
		}
		if theirs.Hint == "" && ours.Hint != "" {
			t.Errorf("%s has no hint", theirs.Code)
		}
	}
	if named < 5 {
		t.Errorf("%d texts name a variable to those who have it", named)
	}
}
