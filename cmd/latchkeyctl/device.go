package main

import (
	"cmp"
	"io"
	"time"

	"github.com/mdp/qrterminal/v3"

	"app.latchkey/internal/session"
)

// maxQR is the longest address, in bytes, of which a QR code still fits on a
// terminal; a longer one is shown as text alone.
const maxQR = 300

// showDevice tells what to do on the other device (RFC 8628 §3.3). The address is
// printed even where a QR code bears it: not everybody can scan one.
func (c *command) showDevice(d session.DeviceCode) {
	c.say("To sign in on another device, such as your phone, open this address there:")
	c.say("\n    %s\n", oneLine(d.VerificationURI))
	c.say("and type this code:")
	c.say("\n    %s\n", oneLine(d.UserCode))
	if !d.Expires.IsZero() {
		c.say("The code is good until %s.", d.Expires.Local().Format(time.TimeOnly))
	}
	scan := cmp.Or(d.VerificationURIComplete, d.VerificationURI)
	if isTerminal(c.stderr) && len(scan) <= maxQR {
		c.say("Or scan this, and check that the device shows the same code:")
		drawQR(c.stderr, scan)
	}
	c.say("Waiting for you there…")
}

// drawQR draws text as a QR code, two modules to a character. The colours are given,
// so that it is dark on light whatever the terminal's own are.
func drawQR(w io.Writer, text string) {
	qrterminal.GenerateWithConfig(text, qrterminal.Config{
		Level: qrterminal.L, Writer: w, HalfBlocks: true, QuietZone: 2,
		BlackChar: "\x1b[30;40m█\x1b[0m", WhiteChar: "\x1b[97;107m█\x1b[0m",
		BlackWhiteChar: "\x1b[30;107m▀\x1b[0m", WhiteBlackChar: "\x1b[30;107m▄\x1b[0m",
	})
}
