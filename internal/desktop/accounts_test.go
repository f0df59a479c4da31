package desktop

import (
	"strings"
	"testing"

	"app.latchkey/internal/ui"
)

func labels(v ui.StateView) string {
	var out []string
	for _, item := range accountItems(v) {
		if item.label != "" {
			out = append(out, strings.TrimSpace(item.label))
		}
	}
	return strings.Join(out, "|")
}

// The menu offers what can be done with the accounts that are there, and nothing where
// there are none.
func TestTheMenuHasTheAccountsThatAreThere(t *testing.T) {
	ada, grace := ui.AccountView{ID: "a", Name: "Ada Lovelace"}, ui.AccountView{ID: "g", Name: "Grace Hopper"}
	active, ended := ada, grace
	active.Active, ended.Ended = true, true
	var many []ui.AccountView
	for range maxAccounts + 3 {
		many = append(many, grace)
	}
	for want, v := range map[string]ui.StateView{
		"": {},
		"✓  Ada Lovelace|-|Use another account…|Sign out…": {Accounts: []ui.AccountView{active}},
		"Ada Lovelace|Grace Hopper (session ended)|-|Use another account…|Sign out of all…": {
			Accounts: []ui.AccountView{ada, ended},
		},
	} {
		if got := labels(v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := labels(ui.StateView{Accounts: []ui.AccountView{active}, Waiting: &ui.WaitingView{}}); got != "" {
		t.Errorf("while another person signs in: %q", got)
	}
	if got := len(accountItems(ui.StateView{Accounts: many})); got != len(accountItems(ui.StateView{})) {
		t.Errorf("%d items for many accounts", got)
	}
}
