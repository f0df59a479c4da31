package main

import "app.latchkey/internal/ui"

// Show shows a page over the account's screen; "" goes back.
func (a *App) Show(page string) error { return a.calls.TryWith("Show", a.window.Show, page) }

// Open opens something outside the window, by its name: logs, settings or device.
func (a *App) Open(name string) error {
	return a.calls.Now("Open", func() error { return a.window.OpenOutside(a.calls.Context(), name) })
}

// Set changes a preference.
func (a *App) Set(key, value string) error {
	return a.calls.Try("Set", func() (ui.Job, error) { return a.window.Set(key, value) })
}

// CheckSetUp looks whether a sign-in would work with a form as it was filled in.
func (a *App) CheckSetUp(preset string, typed map[string]string) error {
	return a.calls.Begin("CheckSetUp", func() ui.Job { return a.window.CheckSetUp(preset, typed) })
}

// SaveSetUp writes a form as it was filled in, and signs in with that provider.
func (a *App) SaveSetUp(preset string, typed map[string]string) error {
	return a.calls.Begin("SaveSetUp", func() ui.Job { return a.window.SaveSetUp(preset, typed) })
}

// TryDemo signs in with the demo's own provider, in demo builds.
func (a *App) TryDemo() error { return a.calls.Begin("TryDemo", a.window.TryDemo) }

// CopyRedirect puts a redirect address to register on the clipboard: the one at that
// place of a preset's.
func (a *App) CopyRedirect(preset string, at int) error {
	return a.calls.Now("CopyRedirect", func() error { return a.window.CopyRedirect(preset, at) })
}

// CopyLink puts the address of the sign-in on the clipboard.
func (a *App) CopyLink() error { return a.calls.Now("CopyLink", a.window.CopyLink) }

// CopyCode puts the other device's code on the clipboard.
func (a *App) CopyCode() error { return a.calls.Now("CopyCode", a.window.CopyCode) }

// CopyDetails puts the claims on the clipboard, as JSON.
func (a *App) CopyDetails() error { return a.calls.Now("CopyDetails", a.window.CopyDetails) }

// CopyProblem puts what support needs on the clipboard.
func (a *App) CopyProblem() error { return a.calls.Now("CopyProblem", a.window.CopyProblem) }

// CopyReport puts the report of the check on the clipboard.
func (a *App) CopyReport() error { return a.calls.Now("CopyReport", a.window.CopyReport) }

// Focus tells that the window is looked at from now on, or no more.
func (a *App) Focus(here bool) error {
	return a.calls.Do("Focus", func() { a.window.Focus(here) })
}

// Remember keeps size, place and theme of the window for the next start.
func (a *App) Remember(dark bool) error {
	return a.calls.Do("Remember", func() { a.window.Remember(dark) })
}

// ReportError writes an error of the frontend into the log.
func (a *App) ReportError(message string) error {
	return a.calls.Do("ReportError", func() { a.window.ReportError(message) })
}

// ReportScreen notes in the log which screen was drawn.
func (a *App) ReportScreen(name string) error {
	return a.calls.Do("ReportScreen", func() { a.window.ReportScreen(name) })
}
