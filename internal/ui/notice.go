package ui

import (
	"slices"
	"strconv"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
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
	case len(s.SignOuts) > 0:
		return d.signedOut(s.SignOuts)
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
func (d *drawing) signedOut(all []account.SignOut) *NoticeView {
	v := &NoticeView{Title: "You are signed out on this computer", Good: true}
	if name := cleantext.Line(all[0].Name, maxName); name != "" {
		v.Title = name + " is signed out on this computer"
	}
	if len(all) > 1 {
		v.Title = plural(len(all), "account is", "accounts are") + " signed out on this computer"
	}
	gone, running := map[session.Key]bool{}, false
	for _, r := range all {
		gone[r.Key] = true
		running = running || r.Running
		v.Good = v.Good && (r.Running || r.Ending.Err == nil)
	}
	v.Lines = d.endings(all, running)
	var others []string
	for _, p := range d.snap.Accounts {
		if p.Ended == "" && !gone[p.Key] {
			others = append(others, nameOf(p))
		}
	}
	if len(others) > 0 {
		v.Lines = append(v.Lines, "Still signed in here: "+enumerate(others)+".")
	}
	return v
}

// endings says what the providers' part of a sign-out ended. What is the same for all
// accounts is said once; otherwise each line names its account.
func (d *drawing) endings(all []account.SignOut, running bool) []string {
	said := make([][]string, len(all))
	for i, r := range all {
		name := d.providerOf(account.Account{Key: r.Key, Provider: r.Provider, ClientID: r.ClientID}).Name
		if running {
			said[i] = problem.Leaving(r.Scope == account.ScopeBrowser, name)
		} else {
			said[i] = problem.Ending(r.Ending, name)
		}
	}
	same := !slices.ContainsFunc(said, func(one []string) bool { return !slices.Equal(one, said[0]) })
	if same {
		return said[0]
	}
	var out []string
	for i, one := range said {
		if len(one) > 0 {
			out = append(out, cleantext.Line(all[i].Name, maxName)+": "+strings.Join(one, " "))
		}
	}
	return out
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
	return slices.DeleteFunc(all, func(line string) bool { return line == "" })
}

// plural is a number with its word.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
