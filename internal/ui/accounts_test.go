package ui

import (
	"strings"
	"testing"
)

// Somebody else is signed out without a switch to them, and Everybody at once.
func TestOthersAndEverybodyAreSignedOut(t *testing.T) {
	h := newDriven(t)
	h.enter("grace")
	h.enter("omar")
	v := h.enter("ada")
	for _, id := range []string{"nobody", "All"} {
		if err := h.AskSignOut(id); err == nil {
			t.Errorf("asked for the sign-out of %q", id)
		}
		if _, err := h.SignOut(id, "tokens"); err == nil {
			t.Errorf("signed out %q", id)
		}
	}
	other := v.Accounts[1].ID
	h.must(h.AskSignOut(other))
	if v := h.State(); v.Leaving == nil || v.Leaving.Name != "Grace" || v.Leaving.ID != other {
		t.Fatalf("asked: %+v", v.Leaving)
	}
	h.must(h.AskSignOut(""))
	if v := h.State(); v.Leaving != nil {
		t.Errorf("asked still: %+v", v.Leaving)
	}
	h.must(h.AskSignOut(other))
	h.try(h.SignOut(other, "tokens"))
	v = h.until("the report", func(v StateView) bool { return v.Notice != nil && len(v.Accounts) == 2 })
	if v.Screen != ScreenProfile || v.Profile.Name != "Ada" || v.Leaving != nil ||
		!strings.HasPrefix(v.Notice.Title, "Grace is signed out") {
		t.Errorf("%+v, notice %+v", v.Profile, v.Notice)
	}
	h.must(h.AskSignOut(Everybody))
	h.try(h.Show(ScreenSettings))
	if v := h.State(); v.Leaving != nil {
		t.Error("a page that was opened leaves the question open")
	}
	h.try(h.SignOut(Everybody, "tokens"))
	v = h.until("the report", func(v StateView) bool {
		return v.Screen == ScreenSignIn && v.Notice != nil &&
			v.Notice.Good
	})
	if len(v.Accounts) != 0 || v.Notice.Title != "2 accounts are signed out on this computer" {
		t.Errorf("%+v %+v", v.Accounts, v.Notice)
	}
}

// A notice that is put away is away, also the one of a session that has ended; a page
// that is opened in between puts nothing away.
func TestANoticeIsPutAway(t *testing.T) {
	h := newEnded(t)
	v := h.until("the reason", func(v StateView) bool { return v.Notice != nil })
	h.try(h.Show(ScreenAbout))
	h.try(h.Show(""))
	if again := h.State(); again.Notice == nil || again.Notice.Title != v.Notice.Title {
		t.Fatalf("a page has put the notice away: %+v", again.Notice)
	}
	h.Dismiss()
	if v := h.State(); v.Notice != nil || len(v.Accounts) != 1 || !v.Accounts[0].Ended {
		t.Errorf("%+v %+v", v.Notice, v.Accounts)
	}
}
