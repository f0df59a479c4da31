package ui

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// Facts are what is shown and neither the account's nor the window's own.
type Facts struct {
	App         AppView // its Appearance is taken from Values
	About       *AboutView
	Provider    string // the provider's name
	Issuer      string // the provider's issuer; "" when not known
	ClientID    string // of the app at the provider
	Ready       bool   // a provider is set up
	Offers      session.Offers
	SettingsErr error // why the settings cannot be used; nothing works then
	Values      []settings.Value
	Store       string       // in use now; "" when not known
	AtLogin     *SettingView // for the settings screen
	LogFolder   string
	// ConfigFolder has config.toml, Redirects the addresses to register by preset.
	ConfigFolder string
	Redirects    map[string][]string
	Demo         bool // the provider is the demo's own
	Claims       *claims.Memo
	RefKey       []byte // of the references to problems, new at every start
}

// drawing is one call of [Draw].
type drawing struct {
	model Model
	facts Facts
	snap  account.Snapshot
}

// Draw makes what the window shows of what is known. The profile and the details are
// drawn for the phase of a signed-in person alone: [Draw] is the guard. Every text in the
// view, whoever wrote it, is fit to be shown.
func Draw(m Model, s account.Snapshot, f Facts) StateView {
	d := drawing{m, f, s}
	v := StateView{Screen: ScreenStarting, App: f.App, Provider: providerView(f.Provider, f.Offers),
		Accounts: []AccountView{}}
	v.App.Appearance = appearance(f.Values)
	switch {
	case !m.Known:
	case f.SettingsErr != nil:
		if !d.page(&v) {
			v.Screen, v.Problem = ScreenProblem, d.problem(f.SettingsErr)
		}
	default:
		d.account(&v)
	}
	return cleantext.Copy(v)
}

// providerView shows the provider. What is not known yet is offered: its refusal has
// words too.
func providerView(name string, o session.Offers) ProviderView {
	return ProviderView{
		Name: name, Mark: mark(name), Device: o.Device || !o.Known,
		EndSession: o.EndSession || !o.Known, Revocation: o.Revocation || !o.Known,
	}
}

// mark is the letter that stands for a provider; "" for one that is known by its address
// alone, for which the frontend has a key.
func mark(name string) string {
	initials := []rune(claims.Initials(name))
	if len(initials) == 0 || !unicode.IsLetter(initials[0]) ||
		!strings.Contains(name, " ") && strings.ContainsAny(name, ".:") {
		return ""
	}
	return string(initials[0])
}

// account draws the account's state, and the page that is open over it.
func (d *drawing) account(v *StateView) {
	v.Accounts = d.accounts()
	switch d.snap.Phase {
	case account.PhaseLocked:
		v.Screen = ScreenProblem
	case account.PhaseSignedOut:
		v.Screen = ScreenSignIn
		if !d.facts.Ready {
			v.Screen, v.Setup = ScreenSetup, d.setup(false)
		}
	case account.PhaseWaiting:
		d.waiting(v)
	case account.PhaseSignedIn:
		v.Screen, v.Profile = ScreenProfile, d.profile()
	}
	// An open page hides earlier errors, but not those that it has caused.
	if !d.page(v) || d.model.Problem != nil || d.model.Choosing {
		d.problems(v)
	}
	v.Notice, v.Leaving = d.notice(), d.leaving()
	if v.Screen == ScreenSignIn {
		v.Typed = d.offered()
	}
}

// page draws the page that the person has opened, with what stands on it. It reports
// whether there is one.
func (d *drawing) page(v *StateView) bool {
	switch d.model.Page {
	case ScreenDetails:
		if d.snap.Phase != account.PhaseSignedIn {
			return false
		}
		v.Details = d.details()
	case ScreenSettings:
		v.Settings = d.settings()
	case ScreenCheck:
		v.Check = &d.model.Check
	case ScreenSetup:
		v.Setup = d.setup(true)
	case ScreenAbout:
		v.About = d.facts.About
	default:
		return false
	}
	v.Screen = d.model.Page
	return true
}

// atSignIn are the problems that the sign-in screen shows beside itself.
var atSignIn = map[string]bool{
	"session_ended": true, "session_lost": true, "not_renewable": true, "session_limit": true, "session_idle": true,
}

// quiet are outcomes that the person chose. They replace no screen; those that were chosen at the provider are told
// beside it.
var quiet = map[string]bool{"cancelled": true, "declined": true, "device_declined": true}

// problems draws the problem, which stands before the screen of the phase. A wait has
// none: what went wrong before it is over.
func (d *drawing) problems(v *StateView) {
	if d.snap.Phase == account.PhaseWaiting {
		return
	}
	own := d.model.Problem != nil
	if p := d.problem(cmp.Or(d.model.Problem, d.snap.Err)); p != nil {
		if d.dismissible() && !slices.Contains(p.Actions, problem.Dismiss) {
			p.Actions = append(slices.Clone(p.Actions), problem.Dismiss)
		}
		if !quiet[p.Code] {
			v.Screen, v.Problem = ScreenProblem, p
		}
		if p.Code == "passphrase_needed" || p.Code == "wrong_passphrase" {
			v.Screen = ScreenUnlock
			// Where nothing is locked there is nothing to open: the passphrase is a new one.
			v.Choosing = d.snap.Phase == account.PhaseSignedOut && !own
		}
		if atSignIn[p.Code] && !own {
			v.Screen = ScreenSignIn // with the reason beside it
		}
	}
	if d.model.Choosing {
		v.Screen, v.Choosing = ScreenUnlock, true
	}
}

// dismissible reports whether there is a screen behind the problem to go back to.
func (d *drawing) dismissible() bool {
	return d.snap.Phase == account.PhaseSignedOut || d.snap.Phase == account.PhaseSignedIn
}

// problem puts an error into words; nil for none.
func (d *drawing) problem(err error) *ProblemView {
	if err == nil {
		return nil
	}
	p := problem.From(err, d.facts.Provider)
	return &ProblemView{
		Code: p.Code, Title: p.Title, Message: p.Message, Hint: p.Hint, Admin: p.Admin, Detail: p.Detail,
		Actions: p.Actions, Ref: reference(d.facts.RefKey, err),
	}
}

// reference names an error for support: the same error has the same name until the
// app ends, and the name tells nothing about it.
func reference(key []byte, err error) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(err.Error()))
	text := base32.StdEncoding.EncodeToString(mac.Sum(nil))
	return text[:4] + "-" + text[4:6]
}

// titles are what the window is called, after the app's name.
var titles = map[string]string{
	ScreenSetup: "Set up", ScreenSignIn: "Sign in", ScreenWaiting: "Finish in your browser",
	ScreenDevice: "Finish on your other device", ScreenProfile: "Signed in", ScreenDetails: "Details",
	ScreenSettings: "Settings", ScreenCheck: "Set-up check", ScreenAbout: "About", ScreenProblem: "Problem",
	ScreenUnlock: "Unlock",
}

func titleOf(v StateView) string {
	title := titles[v.Screen]
	if v.Leaving != nil {
		title = "Sign out"
	}
	if title == "" {
		return v.App.Name
	}
	return v.App.Name + " — " + title
}

// milli is a time as JavaScript takes it.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
