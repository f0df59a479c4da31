package openid_test

import (
	"slices"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
	"app.latchkey/test/certified"
)

// A certified provider in its default strictness, without any setting made for it: it
// gives a refresh token only with prompt=consent and refuses prompt=select_account.
func TestAStrictProvider(t *testing.T) {
	p := &person{browser: robot.New(nil), last: make(chan string, 8)}
	c := realClient(t,
		provider.Provider{
			Issuer: certified.Start(t, "STRICT=1"), ClientID: "desk", OfflineAccess: "auto", Consent: "auto",
		}, p)
	rounds := func(req session.SignInRequest) (session.Session, []string) {
		var again []string
		req.Progress = func(g session.Progress) {
			if g.Again != "" && !slices.Contains(again, g.Again) {
				again = append(again, g.Again)
			}
		}
		s, err := signIn(t, c, req)
		if err != nil {
			t.Fatal(err)
		}
		return s, again
	}
	s, again := rounds(session.SignInRequest{})
	if s.Tokens.Refresh.IsZero() || !slices.Equal(again, []string{openid.AgainConsent}) {
		t.Errorf("the first sign-in: renewable %v, asked once more for %q", !s.Tokens.Refresh.IsZero(), again)
	}
	next, err := c.Refresh(t.Context(), s, keep)
	if err != nil || next.Tokens.Access.Equal(s.Tokens.Access) {
		t.Errorf("refresh: %v", err)
	}
	if s, again = rounds(session.SignInRequest{}); s.Tokens.Refresh.IsZero() || len(again) != 0 {
		t.Errorf("the next sign-in: renewable %v, asked once more for %q", !s.Tokens.Refresh.IsZero(), again)
	}
	if s, again = rounds(session.SignInRequest{Prompt: "select_account"}); s.Tokens.Refresh.IsZero() ||
		len(again) != 0 {
		t.Errorf("another account: renewable %v, asked once more for %q", !s.Tokens.Refresh.IsZero(), again)
	}
	if _, err := c.Refresh(t.Context(), s, keep); err != nil {
		t.Errorf("refresh of the other account: %v", err)
	}
}
