package main

import (
	"errors"
	"fmt"
	"slices"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
)

// pages are the screens that a person opens over the account's.
var pages = []string{ScreenDetails, ScreenSettings, ScreenCheck, ScreenAbout}

// Show opens a page; "" goes back to where the account stands.
func (a *App) Show(page string) (err error) {
	defer a.guard("Show", &err)
	if page != "" && !slices.Contains(pages, page) {
		return errors.New("there is no such page")
	}
	a.clear()
	a.open(page)
	if c := a.core(); page != "" && c.account != nil && c.account.Snapshot().Err != nil {
		c.account.Dismiss() // a problem that was read is not to be read again
	}
	a.publish()
	if page == ScreenCheck {
		a.examine()
	}
	return nil
}

// open notes the page that is open; the next publish shows it.
func (a *App) open(page string) {
	a.mu.Lock()
	a.page = page
	a.mu.Unlock()
}

// Open opens something outside the window, by a name of this list and nothing else:
// a page chosen by an address from JavaScript could be anybody's.
func (a *App) Open(name string) (err error) {
	defer a.guard("Open", &err)
	c := a.core()
	switch name {
	case "logs":
		return a.inWords(c.openFolder(a.ctx, c.logs))
	case "settings":
		return a.inWords(c.openFolder(a.ctx, c.folder))
	case "device":
		if d := c.account.Snapshot().Waiting.Device; d != nil {
			return a.inWords(c.openURL(a.ctx, complete(d)))
		}
	}
	return errors.New("there is nothing to open")
}

// inWords makes an error fit to be shown where a button stands.
func (a *App) inWords(err error) error {
	p := a.problem(err)
	if p == nil {
		return nil
	}
	return errors.New(p.Title + ". " + p.Hint)
}

// CopyDetails puts the claims on the clipboard, as JSON.
func (a *App) CopyDetails() (err error) {
	defer a.guard("CopyDetails", &err)
	s := a.core().account.Snapshot()
	if s.Phase != account.PhaseSignedIn {
		return errors.New("nobody is signed in")
	}
	text, err := claims.Export(s.Session.Profile.Claims)
	if err != nil {
		return err
	}
	return a.window.copy(text)
}

// CopyProblem puts what support needs on the clipboard.
func (a *App) CopyProblem() (err error) {
	defer a.guard("CopyProblem", &err)
	p := a.view().Problem
	if p == nil {
		return errors.New("there is no problem")
	}
	return a.window.copy(fmt.Sprintf("%s %s\n%s · ref %s\n%s", a.name, a.build.Version, p.Code, p.Ref, p.Detail))
}

func details(p account.Account) *DetailsView {
	v := &DetailsView{Name: p.Profile.Name}
	for _, row := range claims.Table(p.Profile.Claims) {
		v.Rows = append(v.Rows, ClaimView{Claim: row.Claim, Label: row.Label, Text: row.Text, At: milli(row.At), Group: row.Group})
	}
	return v
}
