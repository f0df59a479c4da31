package main

import (
	"crypto/rand"
	"strings"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// changed is told every snapshot of the account.
func (a *App) changed(s account.Snapshot) {
	a.mu.Lock()
	waiting := s.Phase == account.PhaseWaiting
	a.over = a.signing != nil && !waiting && (a.over || a.begun)
	a.begun = a.begun || a.signing != nil && waiting
	a.mu.Unlock()
	a.publish()
}

// publish sends the state to the frontend.
func (a *App) publish() {
	if a.ctx == nil || a.ctx.Err() != nil {
		return
	}
	a.showing.Lock()
	defer a.showing.Unlock()
	v := a.numbered()
	a.window.title(titleOf(v))
	a.window.emit(v)
}

// next is the state with a revision of its own, in order with what is published.
func (a *App) next() StateView {
	a.showing.Lock()
	defer a.showing.Unlock()
	return a.numbered()
}

// numbered is the state with the next revision; a.showing is held.
func (a *App) numbered() StateView {
	v := a.view()
	a.revision++
	v.Revision = a.revision
	return v
}

// titles are what the window is called, after the app's name.
var titles = map[string]string{
	ScreenSetup: "Set up", ScreenSignIn: "Sign in", ScreenWaiting: "Finish in your browser", ScreenDevice: "Finish on your other device",
	ScreenProfile: "Signed in", ScreenDetails: "Details", ScreenSettings: "Settings", ScreenCheck: "Set-up check", ScreenAbout: "About",
	ScreenProblem: "Problem", ScreenUnlock: "Unlock",
}

func titleOf(v StateView) string {
	if title := titles[v.Screen]; title != "" {
		return v.App.Name + " — " + title
	}
	return v.App.Name
}

// asked is what the person has asked of the window itself.
type asked struct {
	page              string
	local             error
	choosing, turning bool
	elsewhere         bool // the sign-in is on another device
	checkup           CheckView
}

func (a *App) asked() asked {
	a.mu.Lock()
	defer a.mu.Unlock()
	return asked{page: a.page, local: a.local, choosing: a.choosing, turning: a.turning, elsewhere: a.last.Device, checkup: a.checkup}
}

// view is the state as the window shows it. The profile and the details are there
// for the phase of a signed-in person alone: this is the guard.
func (a *App) view() StateView {
	c := a.core()
	v := StateView{
		Screen:   ScreenStarting,
		App:      AppView{Name: a.name, Version: a.build.Version, Demo: a.demo, Appearance: c.appearance(), Keys: a.keys},
		Provider: providerView(c.provider, c.offers()),
	}
	select {
	case <-a.restored:
	default:
		return v // the services are not there yet
	}
	want := a.asked()
	if c.account == nil {
		if !a.openPage(&v, account.Snapshot{}, want) {
			v.Screen, v.Problem = ScreenProblem, a.problem(c.err)
		}
		return v
	}
	a.fromAccount(&v, c.account.Snapshot(), want)
	return v
}

// providerView shows the provider. What is not known yet is offered: its refusal has
// words too.
func providerView(name string, o session.Offers) ProviderView {
	return ProviderView{Name: name, Mark: mark(name), Device: o.Device || !o.Known, EndSession: o.EndSession || !o.Known}
}

func mark(name string) string {
	initials := []rune(claims.Initials(strings.TrimPrefix(name, "the ")))
	if len(initials) == 0 {
		return ""
	}
	return string(initials[0])
}

// fromAccount draws the account's state, and the page that is open over it.
func (a *App) fromAccount(v *StateView, s account.Snapshot, want asked) {
	v.Accounts = a.accounts(s)
	switch s.Phase {
	case account.PhaseLocked:
		v.Screen = ScreenProblem
	case account.PhaseSignedOut:
		v.Screen = ScreenSignIn
		if !a.core().ready {
			v.Screen = ScreenSetup
		}
	case account.PhaseWaiting:
		a.waiting(v, s, want.elsewhere)
	case account.PhaseSignedIn:
		v.Screen, v.Profile = ScreenProfile, a.profile(s)
	}
	if want.turning && s.Phase != account.PhaseWaiting {
		s.Phase = account.PhaseWaiting // for the moment between two ways to sign in
		a.waiting(v, s, want.elsewhere)
	}
	if !a.openPage(v, s, want) || want.local != nil || want.choosing {
		a.problems(v, s, want)
	}
	v.Notice = a.notice(s)
}

// openPage shows the page that the person has opened, with what stands on it. It
// reports whether there is one: it stands before an older problem, not before one
// that came of it.
func (a *App) openPage(v *StateView, s account.Snapshot, want asked) bool {
	switch want.page {
	case ScreenDetails:
		if s.Phase != account.PhaseSignedIn {
			return false
		}
		v.Details = details(s.Session)
	case ScreenSettings:
		v.Settings = a.settings()
	case ScreenCheck:
		v.Check = &want.checkup
	case ScreenAbout:
		v.About = a.about()
	default:
		return false
	}
	v.Screen = want.page
	return true
}

// atSignIn are the problems that the sign-in screen shows beside itself.
var atSignIn = map[string]bool{"session_ended": true, "session_lost": true, "not_renewable": true}

// problems puts the problem to be shown before the screen of the phase.
func (a *App) problems(v *StateView, s account.Snapshot, want asked) {
	err := s.Err
	if want.local != nil {
		err = want.local
	}
	if err != nil && s.Phase != account.PhaseWaiting {
		p := a.problem(err)
		if p.Code != "cancelled" { // the person knows
			v.Screen, v.Problem = ScreenProblem, p
		}
		if p.Code == "passphrase_needed" || p.Code == "wrong_passphrase" {
			v.Screen = ScreenUnlock
		}
		if atSignIn[p.Code] && want.local == nil {
			v.Screen = ScreenSignIn // with the reason beside it
		}
	}
	if want.choosing && s.Phase != account.PhaseWaiting {
		v.Screen, v.Choosing = ScreenUnlock, true
	}
}

func (a *App) problem(err error) *ProblemView {
	if err == nil {
		return nil
	}
	p := problem.From(err, a.core().provider)
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
	a.core().log.Warn("problem.shown", "ref", ref, "err", err)
	return ref
}

func (a *App) profile(s account.Snapshot) *ProfileView {
	p := s.Session
	v := &ProfileView{
		ID: idOf(p.Key), Name: p.Profile.Name, Email: p.Profile.Email, EmailVerified: p.Profile.EmailVerified,
		Picture: a.pictureOf(p.Profile.Picture), Initials: claims.Initials(p.Profile.Name), Tone: claims.Tone(p.Key.Issuer, p.Key.Subject),
		Organization: claims.Organization(p.Profile.Claims), Roles: claims.Roles(p.Profile.Claims), How: claims.How(p.Profile.Claims, p.AMR),
		Verified: p.IDTokenVerified, SignedInAt: milli(p.SignedInAt), RefreshedAt: milli(p.Refreshed), ExpiresAt: milli(p.Expiry),
		Renewable: p.CanRefresh, Health: string(s.Health),
	}
	if s.HealthErr != nil {
		v.HealthProblem = problem.From(s.HealthErr, a.core().provider).Title
	}
	return v
}

func (a *App) notice(s account.Snapshot) *NoticeView {
	switch {
	case s.Notice != nil:
		p := problem.From(s.Notice, a.core().provider)
		return &NoticeView{Title: p.Title, Lines: []string{p.Message, p.Hint}}
	case s.SignOut != nil:
		return &NoticeView{
			Title: "You are signed out on this computer", Lines: problem.Ending(s.SignOut.Ending, a.core().provider), Good: s.SignOut.Ending.Err == nil,
		}
	case s.Ended != nil:
		p := problem.From(&account.EndedError{Why: s.Ended.Ended}, a.core().provider)
		return &NoticeView{Title: "Your session has ended", Lines: []string{p.Message, "Sign in again to go on."}}
	}
	return nil
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
