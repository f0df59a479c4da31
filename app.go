package main

import (
	"app.latchkey/internal/desktop"
	"app.latchkey/internal/ui"
)

// App is what JavaScript can call. Its methods return at once; what comes of them is
// told by the event account:changed. Each one passes its intent on to package ui,
// behind the calls of package desktop, which let no panic through. The pages, the
// settings and what is copied stand in app_pages.go.
type App struct {
	window *ui.Window
	calls  *desktop.Calls
}

// State returns what to show.
func (a *App) State() (v ui.StateView, err error) {
	err = a.calls.Do("State", func() { v = a.window.State() })
	return v, err
}

// Retry does again what failed.
func (a *App) Retry() error { return a.calls.Begin("Retry", a.window.Retry) }

// Dismiss takes a problem or a notice away.
func (a *App) Dismiss() error { return a.calls.Do("Dismiss", a.window.Dismiss) }

// SignIn begins a sign-in in the person's browser. who may be an email address, an
// organization, or nothing.
func (a *App) SignIn(who string) error { return a.calls.TryWith("SignIn", a.window.SignIn, who) }

// SignInElsewhere begins a sign-in on another device, or goes on there.
func (a *App) SignInElsewhere(who string) error {
	return a.calls.TryWith("SignInElsewhere", a.window.SignInElsewhere, who)
}

// SignInHere goes from the other device back to this computer's browser.
func (a *App) SignInHere() error { return a.calls.Begin("SignInHere", a.window.SignInHere) }

// OtherAccount begins a sign-in in which the provider asks which account is meant.
func (a *App) OtherAccount(who string) error {
	return a.calls.TryWith("OtherAccount", a.window.OtherAccount, who)
}

// CancelSignIn ends the wait.
func (a *App) CancelSignIn() error { return a.calls.Do("CancelSignIn", a.window.CancelSignIn) }

// OpenBrowserAgain opens the authorization request once more.
func (a *App) OpenBrowserAgain() error {
	return a.calls.Begin("OpenBrowserAgain", a.window.OpenBrowserAgain)
}

// PasteAnswer takes the address that the browser ended at.
func (a *App) PasteAnswer(address string) error {
	return a.calls.Now("PasteAnswer", func() error { return a.window.PasteAnswer(address) })
}

// Continue goes on as an account that is kept here.
func (a *App) Continue(id string) error { return a.calls.TryWith("Continue", a.window.Continue, id) }

// Remove takes an account whose session has ended off the list.
func (a *App) Remove(id string) error { return a.calls.TryWith("Remove", a.window.Remove, id) }

// AskSignOut asks how far a sign-out goes: of one account, or of "all"; "" asks no more.
func (a *App) AskSignOut(id string) error {
	return a.calls.Now("AskSignOut", func() error { return a.window.AskSignOut(id) })
}

// SignOut ends the session of an account, or of "all", as far as scope says: device,
// tokens or browser.
func (a *App) SignOut(id, scope string) error {
	return a.calls.Try("SignOut", func() (ui.Job, error) { return a.window.SignOut(id, scope) })
}

// Unlock opens the vault with its passphrase.
func (a *App) Unlock(passphrase string) error {
	return a.calls.Begin("Unlock", func() ui.Job { return a.window.Unlock(passphrase) })
}

// UnlockKeychain lets the system ask the person to unlock the keychain.
func (a *App) UnlockKeychain() error { return a.calls.Begin("UnlockKeychain", a.window.UnlockKeychain) }

// StartOver puts away what a forgotten passphrase protects.
func (a *App) StartOver() error { return a.calls.Begin("StartOver", a.window.StartOver) }

// ChoosePassphrase shows the screen on which a passphrase is chosen.
func (a *App) ChoosePassphrase() error {
	return a.calls.Do("ChoosePassphrase", a.window.ChoosePassphrase)
}

// ProtectWithPassphrase seals with a passphrase from now on.
func (a *App) ProtectWithPassphrase(passphrase string) error {
	return a.calls.Begin("ProtectWithPassphrase", func() ui.Job { return a.window.ProtectWithPassphrase(passphrase) })
}

// UseKeychain seals with the system's keychain from now on.
func (a *App) UseKeychain() error { return a.calls.Begin("UseKeychain", a.window.UseKeychain) }

// UseMemory keeps nothing when the app ends, this time.
func (a *App) UseMemory() error { return a.calls.Begin("UseMemory", a.window.UseMemory) }
