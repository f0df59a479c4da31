package account_test

import (
	"errors"
	"testing"

	"app.latchkey/internal/session"
)

// A picture is written once and is there after the next start. So is the email address that was typed, until the
// setting says to forget it.
func TestWhatIsKeptBesideTheSession(t *testing.T) {
	d := signedIn(t)
	typed := "ada@acme.example"
	d.provider.picture = "https://id.example/ada.png"
	if err := d.SignIn(t.Context(), session.SignInRequest{Typed: &typed}); err != nil {
		t.Fatal(err)
	}
	const face = "data:image/png;base64,AAAA"
	before := d.sealer.saves
	for range 2 {
		if err := d.KeepFace(t.Context(), d.provider.picture, face); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.KeepFace(t.Context(), "https://id.example/nobody.png", face); err != nil || d.sealer.saves != before+1 {
		t.Errorf("%d writes, %v", d.sealer.saves-before, err)
	}
	next := newRestored(t, d)
	if s := next.Snapshot(); s.Accounts[0].Face != face || s.Typed != typed {
		t.Errorf("after a start: %q, %q", s.Accounts[0].Face, s.Typed)
	}
	if err := next.SignIn(t.Context(), session.SignInRequest{}); err != nil || next.Snapshot().Typed != typed {
		t.Errorf("a sign-in without typing: %v, %q", err, next.Snapshot().Typed)
	}
	if s := next.Snapshot(); s.Accounts[0].Face != face {
		t.Error("a new sign-in has taken the face away")
	}
	d.sealer.fault(func(s *sealer) { s.saveErr = errors.New("disk full") })
	if err := next.ForgetTyped(t.Context()); !errors.Is(err, d.sealer.saveErr) {
		t.Errorf("%v", err)
	}
	d.sealer.fault(func(s *sealer) { s.saveErr = nil })
	for range 2 {
		if err := next.ForgetTyped(t.Context()); err != nil || next.Snapshot().Typed != "" ||
			d.sealer.book(t).Typed != "" {
			t.Errorf("%v, %q", err, next.Snapshot().Typed)
		}
	}
}
