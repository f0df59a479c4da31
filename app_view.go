package main

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
)

// changed is told every snapshot of the account.
func (a *App) changed(account.Snapshot) { a.publish() }

// publish sends the state to the frontend.
func (a *App) publish() {
	if a.ctx == nil || a.ctx.Err() != nil {
		return
	}
	a.showing.Lock()
	defer a.showing.Unlock()
	v := a.view()
	a.revision++
	v.Revision = a.revision
	a.window.title(titleOf(v))
	a.window.emit(v)
}

// next is the state with a revision of its own, in order with what is published.
func (a *App) next() StateView {
	a.showing.Lock()
	defer a.showing.Unlock()
	v := a.view()
	a.revision++
	v.Revision = a.revision
	return v
}

func titleOf(v StateView) string {
	return map[string]string{
		ScreenStarting: v.App.Name, ScreenSetup: v.App.Name + " — Set up", ScreenSignIn: v.App.Name + " — Sign in",
		ScreenWaiting: v.App.Name + " — Finish in your browser", ScreenProfile: v.App.Name + " — Signed in",
		ScreenProblem: v.App.Name + " — Problem", ScreenUnlock: v.App.Name + " — Unlock",
	}[v.Screen]
}

// view is the state as the window shows it. The profile is there for the phase of
// a signed-in person alone: this is the guard.
func (a *App) view() StateView {
	v := StateView{Screen: ScreenStarting, App: AppView{a.name, a.version, a.demo}, Provider: a.provider}
	a.mu.Lock()
	local, choosing := a.local, a.choosing
	a.mu.Unlock()
	select {
	case <-a.restored:
	default:
		return v // the parts are not there yet
	}
	if a.account == nil {
		v.Screen, v.Problem = ScreenProblem, a.problem(a.setupErr)
		return v
	}
	a.fromAccount(&v, a.account.Snapshot(), local, choosing)
	return v
}

// fromAccount draws the account's state.
func (a *App) fromAccount(v *StateView, s account.Snapshot, local error, choosing bool) {
	switch s.Phase {
	case account.PhaseLocked:
		v.Screen = ScreenProblem
	case account.PhaseSignedOut:
		v.Screen = ScreenSignIn
		if !a.ready {
			v.Screen = ScreenSetup
		}
	case account.PhaseWaiting:
		v.Screen, v.Waiting = ScreenWaiting, a.waiting(s.Waiting)
	case account.PhaseSignedIn:
		v.Screen, v.Profile = ScreenProfile, a.profile(s)
	}
	if s.Ended != nil {
		v.Last = s.Ended.Profile.Name
	}
	a.problems(v, s, local, choosing)
	v.Notice = a.notice(s)
}

// problems puts the problem to be shown before the screen of the phase.
func (a *App) problems(v *StateView, s account.Snapshot, local error, choosing bool) {
	err := s.Err
	if local != nil {
		err = local
	}
	if err != nil && s.Phase != account.PhaseWaiting {
		p := a.problem(err)
		if p.Code != "cancelled" { // the person knows
			v.Screen, v.Problem = ScreenProblem, p
		}
		if p.Code == "passphrase_needed" || p.Code == "wrong_passphrase" {
			v.Screen = ScreenUnlock
		}
		if p.Code == "session_ended" && local == nil {
			v.Screen = ScreenSignIn
		}
	}
	if choosing && s.Phase != account.PhaseWaiting {
		v.Screen, v.Choosing = ScreenUnlock, true
	}
}

func (a *App) problem(err error) *ProblemView {
	if err == nil {
		return nil
	}
	p := problem.From(err, a.provider)
	return &ProblemView{Code: p.Code, Title: p.Title, Message: p.Message, Hint: p.Hint, Detail: p.Detail, Ref: a.ref(err), Actions: p.Actions}
}

// ref names an error for support; the same error keeps its name while it is shown.
func (a *App) ref(err error) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	text := err.Error()
	if ref, ok := a.refs[text]; ok {
		return ref
	}
	if len(a.refs) > 100 {
		clear(a.refs)
	}
	random := rand.Text()
	ref := random[:4] + "-" + random[4:6]
	a.refs[text] = ref
	a.log.Warn("problem.shown", "ref", ref, "err", err)
	return ref
}

func (a *App) waiting(w account.Waiting) *WaitingView {
	v := &WaitingView{Since: milli(w.Since), Until: milli(w.Until), Linked: w.URL != "", Strays: w.Strays}
	if w.OpenErr != nil {
		v.OpenFailed = problem.From(w.OpenErr, a.provider).Title
	}
	return v
}

func (a *App) profile(s account.Snapshot) *ProfileView {
	p := s.Session
	v := &ProfileView{
		Name: p.Profile.Name, Email: p.Profile.Email, EmailVerified: p.Profile.EmailVerified,
		Picture: a.pictureOf(p.Profile.Picture), Initials: initials(p.Profile.Name),
		Issuer: p.Key.Issuer, Subject: p.Key.Subject, Verified: p.IDTokenVerified, SignedInAt: milli(p.SignedInAt),
		RefreshedAt: milli(p.Refreshed), ExpiresAt: milli(p.Expiry), Renewable: p.CanRefresh, Health: string(s.Health),
	}
	if s.HealthErr != nil {
		words := problem.From(s.HealthErr, a.provider)
		v.HealthProblem = words.Title
	}
	return v
}

// pictureOf returns the picture if it is there, and fetches it once otherwise.
func (a *App) pictureOf(address string) string {
	if address == "" || a.picture == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	data, known := a.pictures[address]
	if known {
		return data
	}
	a.pictures[address] = "" // asked; initials until it is here
	a.do("fetch the picture", func(ctx context.Context) error {
		data, err := a.picture(ctx, address)
		if err != nil {
			a.log.Info("picture.unusable", "err", err)
			return nil
		}
		a.mu.Lock()
		a.pictures[address] = data
		a.mu.Unlock()
		a.log.Debug("picture.fetched")
		a.account.Touch()
		return nil
	})
	return ""
}

func (a *App) notice(s account.Snapshot) *NoticeView {
	switch {
	case s.Notice != nil:
		p := problem.From(s.Notice, a.provider)
		return &NoticeView{Title: p.Title, Lines: []string{p.Message, p.Hint}}
	case s.SignOut != nil:
		return &NoticeView{Title: "You are signed out on this computer", Lines: problem.Ending(s.SignOut.Ending, a.provider)}
	case s.Ended != nil:
		return &NoticeView{Title: "Your session has ended", Lines: []string{"Sign in again to go on."}}
	}
	return nil
}

// initials returns the first letters of the first and the last word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	var out []rune
	for i, w := range words {
		if i == 0 || i == len(words)-1 {
			out = append(out, unicode.ToUpper([]rune(w)[0]))
		}
	}
	return string(out)
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
