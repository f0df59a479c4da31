package ui

import (
	"strconv"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/problem"
)

// maxNamed is how many accounts a notice names.
const maxNamed = 3

// notice draws what is told once, beside any screen.
func (d *drawing) notice() *NoticeView {
	s := d.snap
	switch {
	case s.Notice != nil:
		p := problem.From(s.Notice, d.facts.Provider)
		return &NoticeView{Title: p.Title, Lines: lines(p.Message, p.Hint)}
	case s.SignOut != nil:
		return d.signedOut(s.SignOut)
	case s.Ended != nil:
		p := problem.From(&account.EndedError{Why: s.Ended.Ended}, d.providerOf(*s.Ended).Name)
		return &NoticeView{
			Title: nameOf(*s.Ended) + " is signed out", Lines: lines(p.Message), Again: idOf(s.Ended.Key),
		}
	case s.Err != nil && s.Phase != account.PhaseWaiting:
		if p := problem.From(s.Err, d.facts.Provider); quiet[p.Code] && p.Code != "cancelled" {
			return &NoticeView{Title: p.Title, Lines: lines(p.Message), Good: true}
		}
	}
	return nil
}

// signedOut tells how a sign-out goes, whose it was, and who is still signed in.
func (d *drawing) signedOut(r *account.SignOut) *NoticeView {
	provider := d.providerOf(account.Account{Key: r.Key, Provider: r.Provider, ClientID: r.ClientID}).Name
	v := &NoticeView{Title: "You are signed out on this computer", Good: r.Running || r.Ending.Err == nil}
	if name := cleantext.Line(r.Name, maxName); name != "" {
		v.Title = name + " is signed out on this computer"
	}
	if r.Running {
		v.Lines = problem.Leaving(r.Scope == account.ScopeBrowser, provider)
	} else {
		v.Lines = problem.Ending(r.Ending, provider)
	}
	var others []string
	for _, p := range d.snap.Accounts {
		if p.Ended == "" && p.Key != r.Key {
			others = append(others, nameOf(p))
		}
	}
	if len(others) > 0 {
		v.Lines = append(v.Lines, "Still signed in here: "+enumerate(others)+".")
	}
	return v
}

// maxName is the longest name in a notice, in characters.
const maxName = 60

// enumerate names the first few, and how many more there are.
func enumerate(names []string) string {
	shown := names[:min(len(names), maxNamed)]
	for i := range shown {
		shown[i] = cleantext.Line(shown[i], maxName)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		return text + " and " + plural(more, "other", "others")
	}
	return text
}

// lines are those that say something.
func lines(all ...string) []string {
	out := []string{}
	for _, line := range all {
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// plural is a number with its word.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
