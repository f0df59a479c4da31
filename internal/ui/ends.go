package ui

import (
	"context"

	"app.latchkey/internal/account"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/session"
)

// ends are what is remembered to notify the person of a session that has ended while nobody looks at the window.
type ends struct {
	away     bool                 // nobody looks at the window
	live     map[session.Key]bool // the accounts that were signed in when the last snapshot came
	withdraw func()               // takes the notification away
}

// looked notes whether the window is looked at. Who looks at it needs no notification any more.
func (w *Window) looked(here bool) {
	w.mu.Lock()
	w.ends.away = !here
	withdraw := w.ends.withdraw
	if here {
		w.ends.withdraw = nil
	}
	w.mu.Unlock()
	if here && withdraw != nil {
		withdraw()
	}
}

// noteEnds notifies the person when an account that was signed in has ended by itself. The notification says no more
// than which provider's session it was: it is read by whoever passes the screen.
func (w *Window) noteEnds(snap account.Snapshot, app string) {
	live := map[session.Key]bool{}
	var ended *account.Account
	w.mu.Lock()
	for _, p := range snap.Accounts {
		live[p.Key] = p.Ended == ""
		if p.Ended != "" && w.ends.live[p.Key] {
			ended = &p
		}
	}
	w.ends.live = live
	away, s, h := w.ends.away, w.services, w.host
	w.mu.Unlock()
	if ended == nil || !away || valueOf(s.Values(), keyNotifications).Text == "false" {
		return
	}
	d := drawing{facts: Facts{Provider: s.Provider, Issuer: s.Issuer, ClientID: s.ClientID}}
	provider := cleantext.Line(d.providerOf(*ended).Name, maxName)
	h.Run("notify", func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		if !w.notifying(stop) {
			return nil
		}
		clicked, err := h.Notify(ctx, "Your session has ended",
			"Sign in again at "+provider+" to continue with "+app+".")
		if clicked {
			h.Front()
		}
		return err
	})
}

// notifying notes how the notification is taken away, in place of one before it. It reports whether there is still
// nobody at the window.
func (w *Window) notifying(stop func()) bool {
	w.mu.Lock()
	before := w.ends.withdraw
	away := w.ends.away
	if away {
		w.ends.withdraw = stop
	}
	w.mu.Unlock()
	if before != nil {
		before()
	}
	return away
}
