package main

import (
	"bytes"
	"encoding/base64"
	"strings"

	"rsc.io/qr"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// waiting draws the wait for the browser here, or for another device.
func (a *App) waiting(v *StateView, s account.Snapshot, elsewhere bool) {
	w := s.Waiting
	v.Screen = ScreenWaiting
	v.Waiting = &WaitingView{Since: milli(w.Since), Until: milli(w.Until), Linked: w.URL != "", Strays: w.Strays, SignedIn: !s.Session.Key.IsZero()}
	if w.OpenErr != nil {
		v.Waiting.OpenFailed = problem.From(w.OpenErr, a.core().provider).Title
	}
	if w.StrayErr != nil {
		p := problem.From(w.StrayErr, a.core().provider)
		v.Waiting.Stray = p.Title + ". " + p.Message
	}
	if !elsewhere {
		return
	}
	v.Screen = ScreenDevice
	if d := w.Device; d != nil {
		v.Device = &DeviceView{Code: d.UserCode, Address: spoken(d.VerificationURI), QR: qrCode(complete(d)), Expires: milli(d.Expires)}
	}
}

// complete is the address that bears the code, if the provider gave one.
func complete(d *session.DeviceCode) string {
	if d.VerificationURIComplete != "" {
		return d.VerificationURIComplete
	}
	return d.VerificationURI
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
	var out bytes.Buffer
	out.WriteString("data:image/png;base64,")
	out.WriteString(base64.StdEncoding.EncodeToString(code.PNG()))
	return out.String()
}
