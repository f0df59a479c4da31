package desktop

import (
	"slices"

	"github.com/wailsapp/wails/v2/pkg/menu"

	"app.latchkey/internal/ui"
)

// maxAccounts is how many accounts the menu names; the window has all of them.
const maxAccounts = 8

// accountItem is one item of the menu Account. Label is "" for one that is not there now.
type accountItem struct {
	label string
	do    func(*ui.Window) (ui.Job, error)
}

// separator divides the items; GTK shows no label of it.
const separator = "-"

// accountItems are the items of the menu Account for what the window shows: as many, and
// in the same places, for every state. None has a label where there are no accounts.
func accountItems(v ui.StateView) []accountItem {
	list := v.Accounts
	if v.Waiting != nil {
		list = nil // another person is being signed in
	}
	out := make([]accountItem, maxAccounts, maxAccounts+4)
	active := ""
	for i, p := range list[:min(len(list), maxAccounts)] {
		out[i] = accountItem{"      " + p.Name, func(w *ui.Window) (ui.Job, error) { return w.Continue(p.ID) }}
		switch {
		case p.Active:
			active = p.ID
			out[i] = accountItem{"✓  " + p.Name, func(w *ui.Window) (ui.Job, error) { return w.Show("") }}
		case p.Ended:
			out[i].label += " (session ended)"
		}
	}
	item := func(there bool, label string, do func(*ui.Window) (ui.Job, error)) {
		if !there {
			label = ""
		}
		out = append(out, accountItem{label, do})
	}
	item(len(list) > 0, separator, nil)
	item(len(list) > 0, "Use another account…", func(w *ui.Window) (ui.Job, error) { return w.OtherAccount("") })
	ask := func(id string) func(*ui.Window) (ui.Job, error) {
		return func(w *ui.Window) (ui.Job, error) { return nil, w.AskSignOut(id) }
	}
	item(active != "", "Sign out…", ask(active))
	item(len(list) > 1, "Sign out of all…", ask(ui.Everybody))
	return out
}

// offer shows the accounts in the menu. It is called for one state after the other.
func (s *shell) offer(v ui.StateView) {
	items := accountItems(v)
	s.mu.Lock()
	same := slices.EqualFunc(items, s.accounts, func(x, y accountItem) bool { return x.label == y.label })
	s.accounts = items
	s.mu.Unlock()
	if !same {
		s.dressAccounts(items)
	}
}

// pick does what the item at a place of the menu means now.
func (s *shell) pick(at int) menu.Callback {
	return func(*menu.CallbackData) {
		s.mu.Lock()
		do := s.accounts[at].do
		s.mu.Unlock()
		if do != nil {
			_ = s.Calls.Try("menu", func() (ui.Job, error) { return do(s.Window) })
		}
	}
}

// addAccounts adds the menu Account with these items, where it has any.
func (s *shell) addAccounts(m *menu.Menu, items []accountItem) {
	if hideItems && !slices.ContainsFunc(items, func(i accountItem) bool { return i.label != "" }) {
		return
	}
	account := m.AddSubmenu("Account")
	for i, item := range items {
		switch item.label {
		case separator:
			account.AddSeparator()
		case "":
			account.AddText("", nil, s.pick(i)).Hidden = hideItems
		default:
			account.AddText(item.label, nil, s.pick(i))
		}
	}
}
