package ui

import (
	"encoding/json"
	"fmt"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
)

// BenchmarkDraw draws the profile with so many accounts in the list, and writes it as the page brings it.
func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		snap := account.Snapshot{Phase: account.PhaseSignedIn, Session: ada}
		for i := range n {
			one := ada
			one.Key.Subject = fmt.Sprintf("person-%d", i)
			snap.Accounts = append(snap.Accounts, one)
		}
		facts := Facts{Ready: true, Claims: &claims.Memo{}}
		b.Run(fmt.Sprintf("profile/accounts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(Draw(Model{Known: true}, snap, facts)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
