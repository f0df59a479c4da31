//go:build linux

package attacks

import (
	"strings"
	"testing"
)

// Another user of the machine reads the address from the process list and sends an answer of their own. If the program
// accepted that answer, the person would be signed in as the attacker.
func TestAnotherUserBringsAnAnswer(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost"} {
		t.Run(host, func(t *testing.T) {
			r, callback, page := waiting(t, "LATCHKEY_REDIRECT_HOST="+host)
			for _, tail := range []string{"&code=EVIL", "&error=access_denied", "&code=EVIL&x=1&x=2"} {
				if got := nobody(t, "browse", callback+tail); !strings.HasPrefix(got, "403 ") ||
					!strings.Contains(got, "redirect_any_user") {
					t.Errorf("%s: %s", tail, got)
				}
			}
			r.waitFor(t, "Another user's browser answered")
			r.finish(t, page)
		})
	}
}

// The setting redirect_any_user, for WSL and containers, accepts answers from every user.
func TestASettingLetsOtherUsersIn(t *testing.T) {
	r, callback, _ := waiting(t, "LATCHKEY_REDIRECT_ANY_USER=true")
	if got := nobody(t, "browse", callback+"&error=access_denied"); !strings.HasPrefix(got, "200 ") {
		t.Errorf("%s", got)
	}
	_ = r.cmd.Wait()
	if !strings.Contains(r.text(), "not finished") {
		t.Errorf("%s", r.text())
	}
}
