package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/cleantext"
)

// pages are the screens that a person opens over the account's.
var pages = []string{ScreenDetails, ScreenSettings, ScreenCheck, ScreenAbout, ScreenSetup}

// Show shows a page; "" goes back to where the account stands.
func (w *Window) Show(page string) (Job, error) {
	if page != "" && !slices.Contains(pages, page) {
		return nil, errors.New("there is no such page")
	}
	a := w.Account()
	snap := a.Snapshot()
	if page != "" && snap.Err != nil {
		a.DismissErr() // a problem that was read is not to be read again
	}
	w.change(func(m *Model) {
		m.show(page)
		m.OverWait = snap.Phase == account.PhaseWaiting
	})
	if page == ScreenCheck {
		return w.examine(), nil
	}
	return nil, nil
}

// OpenOutside opens something outside the window, by a name of this list and nothing
// else: an address from JavaScript could lead anywhere.
func (w *Window) OpenOutside(ctx context.Context, name string) error {
	s := w.now()
	switch name {
	case "logs":
		return w.inWords(s.OpenFolder(ctx, s.LogFolder))
	case "settings":
		return w.inWords(s.OpenFolder(ctx, s.ConfigFolder))
	case "device":
		if d := s.Account.Snapshot().Waiting.Device; d != nil {
			return w.inWords(s.OpenURL(ctx, complete(d)))
		}
	}
	return errors.New("there is nothing to open")
}

// inWords makes an error fit to be shown where a button stands.
func (w *Window) inWords(err error) error {
	if err == nil {
		return nil
	}
	p := w.words(err)
	return errors.New(p.Title + ". " + p.Hint)
}

// CopyDetails puts the claims on the clipboard, as JSON.
func (w *Window) CopyDetails() error {
	s := w.Account().Snapshot()
	if s.Phase != account.PhaseSignedIn {
		return errors.New("nobody is signed in")
	}
	text, err := claims.Export(s.Session.Profile.Claims)
	if err != nil {
		return err
	}
	return w.window().Copy(text)
}

// CopyProblem puts what support needs on the clipboard.
func (w *Window) CopyProblem() error {
	v, _ := w.view()
	if v.Problem == nil {
		return errors.New("there is no problem")
	}
	p := v.Problem
	text := fmt.Sprintf("%s %s\n%s. %s\n", v.App.Name, v.App.Version, p.Title, p.Message)
	if p.Admin != "" {
		text += "What to do: " + p.Admin + "\n"
	}
	return w.window().Copy(text + fmt.Sprintf("%s · ref %s\n%s", p.Code, p.Ref, p.Detail))
}

// CopyReport puts the doctor's report on the clipboard.
func (w *Window) CopyReport() error {
	w.mu.Lock()
	findings := w.model.Check.Findings
	w.mu.Unlock()
	if len(findings) == 0 {
		return errors.New("nothing has been checked yet")
	}
	text := w.opts.App.Name + " " + w.opts.App.Version + "\n"
	for _, f := range findings {
		text += f.Status + "  " + f.Title + "\n"
		for _, line := range lines(f.Detail, f.Advice) {
			text += "      " + line + "\n"
		}
	}
	return w.window().Copy(cleantext.Text(text))
}

// Retry does again what failed: reading the settings, opening the vault, refreshing,
// or signing in.
func (w *Window) Retry() Job {
	w.change((*Model).clear)
	s := w.now()
	if s.Err != nil || !s.Ready {
		w.change(func(m *Model) { m.SetUp = SetUp{Asked: true} })
		w.reconnect()
		return nil
	}
	switch snap := s.Account.Snapshot(); snap.Phase {
	case account.PhaseLocked, account.PhaseStarting:
		return s.Account.Restore
	case account.PhaseSignedIn:
		s.Account.Retry()
		if snap.Err != nil {
			s.Account.DismissErr()
		}
		return nil
	}
	return w.signIn(s.Account.Asked())
}

// Dismiss takes a problem or a notice away.
func (w *Window) Dismiss() {
	w.Account().Dismiss()
	w.change((*Model).clear)
}

// Focus tells that the window is looked at from now on, or no more. A laptop may have slept until then.
func (w *Window) Focus(here bool) {
	w.looked(here)
	if here {
		w.Account().Attend()
	}
}

// Remember keeps size, place and theme of the window for the next start.
func (w *Window) Remember(dark bool) {
	w.mu.Lock()
	w.dark = dark
	w.mu.Unlock()
	w.Closing()
}

// Closing remembers the window while it is still there.
func (w *Window) Closing() {
	w.mu.Lock()
	dark, h := w.dark, w.host
	w.mu.Unlock()
	h.Remember(dark)
}

// Front brings the window to the front.
func (w *Window) Front() { w.window().Front() }

// ReportError writes an error of the frontend into the log.
func (w *Window) ReportError(message string) {
	w.now().Log.Error("frontend.error", "text", message[:min(len(message), 500)])
}

// ReportScreen notes in the log which screen was drawn.
func (w *Window) ReportScreen(name string) {
	w.now().Log.Debug("screen.shown", "screen", name[:min(len(name), 40)])
}
