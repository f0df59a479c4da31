package ui

import (
	"cmp"
	"encoding/base64"
	"strings"

	"rsc.io/qr"

	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// waiting draws the wait for the browser here, or for another device.
func (d *drawing) waiting(v *StateView) {
	w := d.snap.Waiting
	v.Screen = ScreenWaiting
	v.Waiting = &WaitingView{
		Since: milli(w.Since), Until: milli(w.Until), Linked: w.URL != "", Again: w.Again,
		Strays: w.Strays, SignedIn: !d.snap.Session.Key.IsZero(),
	}
	if w.OpenErr != nil {
		v.Waiting.OpenFailed = problem.From(w.OpenErr, d.facts.Provider).Title
	}
	if w.StrayErr != nil {
		p := problem.From(w.StrayErr, d.facts.Provider)
		v.Waiting.Stray = p.Title + ". " + p.Message
	}
	if !w.Elsewhere {
		return
	}
	v.Screen = ScreenDevice
	if c := w.Device; c != nil {
		v.Device = &DeviceView{
			Code: c.UserCode, Address: spoken(c.VerificationURI), QR: qrCode(complete(c)), Expires: milli(c.Expires),
		}
	}
}

// complete is the address that bears the code, if the provider gave one.
func complete(d *session.DeviceCode) string {
	return cmp.Or(d.VerificationURIComplete, d.VerificationURI)
}

// spoken is an address as one reads it out.
func spoken(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/")
}

// qrCode is a picture of the text, as a data: URL; "" for a text too long for one.
func qrCode(text string) string {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())
}
