package ui

import (
	"maps"
	"slices"
)

// Model is what the window itself remembers: everything that is shown and is not the
// account's. It is a value; its slices and maps are replaced, never changed.
type Model struct {
	Known    bool   // it is known what to show
	Page     string // the page that the person has opened over the account's screen; "" for none
	OverWait bool   // the page was opened while a sign-in was under way, whose end closes it
	Choosing bool   // the person chooses a passphrase
	Leaving  string // the account of which the person is asked how far a sign-out goes, or [Everybody]; "" for none
	Problem  error  // a problem that is the window's own; it stands before the account's
	Refused  string // why the last change of a setting was not made
	Check    CheckView
	SetUp    SetUp
	Typed    *string           // what the person typed last in this window; nil for nothing
	Pictures map[string]string // data: URLs by address; "" while one is fetched
}

// clear takes the window's own problem away.
func (m *Model) clear() { m.Problem, m.Choosing, m.Refused, m.Leaving = nil, false, "", "" }

// show opens a page, or none.
func (m *Model) show(page string) {
	m.clear()
	m.Page, m.OverWait = page, false
	if !m.SetUp.Running {
		m.SetUp = SetUp{}
	}
}

// found takes one finding of the doctor's. Several may have the same ID, such as two
// settings that cannot be used: each is shown.
func (m *Model) found(f FindingView) {
	m.Check.Findings = append(slices.Clone(m.Check.Findings), f)
	if f.Status == "pass" {
		m.Check.Passed++
	}
}

// picture notes the image at an address.
func (m *Model) picture(address, data string) {
	next := maps.Clone(m.Pictures)
	if next == nil {
		next = map[string]string{}
	}
	next[address] = data
	m.Pictures = next
}
