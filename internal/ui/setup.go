package ui

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// SetUp is what the window remembers of the set-up of a provider.
type SetUp struct {
	Asked    bool   // the person says that it is done, by a file
	Preset   string // of the form that was checked or saved last
	Running  bool
	Checked  bool
	Faults   map[string]string // what is wrong with a field, by its key
	Refused  string            // what is wrong with the whole
	Findings []FindingView
}

// CheckSetUp looks whether a sign-in would work with a form as it was filled in. Nothing
// is written. One check runs at a time.
func (w *Window) CheckSetUp(preset string, typed map[string]string) Job {
	began := false
	w.change(func(m *Model) {
		if began = !m.SetUp.Running; began {
			m.SetUp = SetUp{Preset: preset, Running: true}
		}
	})
	if !began {
		return nil
	}
	typed = maps.Clone(typed)
	return func(ctx context.Context) error {
		s := w.now()
		err := s.TrySetUp(ctx, preset, typed, func(f FindingView) {
			w.change(func(m *Model) { m.SetUp.Findings = append(slices.Clone(m.SetUp.Findings), f) })
		})
		w.change(func(m *Model) {
			m.SetUp.refuse(err)
			m.SetUp.Running, m.SetUp.Checked = false, err == nil
		})
		s.Log.Info("setup.checked", "preset", preset, "refused", err != nil)
		return err
	}
}

// SaveSetUp writes a form as it was filled in, and signs in with that provider.
func (w *Window) SaveSetUp(preset string, typed map[string]string) Job {
	typed = maps.Clone(typed)
	return func(context.Context) error {
		return w.setUp(preset, func(s *Services) error { return s.SaveSetUp(preset, typed) })
	}
}

// TryDemo takes the provider out of the preferences, and signs in with the demo's own.
func (w *Window) TryDemo() Job {
	return func(context.Context) error {
		return w.setUp("", func(s *Services) error { return s.Demo() })
	}
}

// CopyRedirect puts a redirect address to register on the clipboard.
func (w *Window) CopyRedirect(preset string, at int) error {
	all := w.now().Redirects()[preset]
	if at < 0 || at >= len(all) {
		return errors.New("there is no such address")
	}
	return w.window().Copy(all[at])
}

// setUp changes the provider, and begins anew with it.
func (w *Window) setUp(preset string, save func(*Services) error) error {
	s := w.now()
	if err := save(s); err != nil {
		w.change(func(m *Model) {
			m.SetUp = SetUp{Preset: preset}
			m.SetUp.refuse(err)
		})
		return err
	}
	s.Log.Info("setup.saved", "preset", preset)
	s.Account.Cancel()
	w.change(func(m *Model) { m.show("") })
	w.mu.Lock()
	w.signInNext = true
	w.mu.Unlock()
	w.reconnect()
	return nil
}

// signInAfterSetUp begins the sign-in that the set-up was for.
func (w *Window) signInAfterSetUp(s *Services) {
	w.mu.Lock()
	next := w.signInNext
	w.signInNext = false
	w.mu.Unlock()
	phase := s.Account.Snapshot().Phase
	if next && s.Ready && (phase == account.PhaseSignedOut || phase == account.PhaseSignedIn) {
		w.window().Run("sign in", w.signIn(session.SignInRequest{}))
	}
}

// refuse takes an error apart: what is of a field of the form stands there.
func (m *SetUp) refuse(err error) {
	form, _ := provider.FormOf(m.Preset)
	m.Faults = map[string]string{}
	bad := settings.Errors(err)
	if err != nil && len(bad) == 0 {
		m.Refused = err.Error()
		return
	}
	var rest []string
	for _, one := range bad {
		if form.Has(one.Key) && m.Faults[one.Key] == "" {
			m.Faults[one.Key] = one.Problem
			continue
		}
		rest = append(rest, one.Error())
	}
	m.Refused = strings.Join(rest, "\n")
}
