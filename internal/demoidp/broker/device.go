package broker

import (
	"net/http"
	"slices"
	"time"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
)

// showDevice asks for the code that the other device shows. A code in the address is filled in, and the person still
// compares it with the device (RFC 8628 §3.3.1).
func (b *Broker) showDevice(w http.ResponseWriter, r *http.Request) {
	b.askCode(w, r, http.StatusOK, r.URL.Query().Get("user_code"), "")
}

func (b *Broker) askCode(w http.ResponseWriter, r *http.Request, status int, code, trouble string) {
	b.site.Browser(w, r)
	b.site.Render(w, status, "device",
		struct{ CSRF, Code, Trouble string }{b.site.Proof(r, "device"), issuer.ShowCode(code), trouble})
}

// maxGuesses is how many codes that no device has may be tried in a minute, by all browsers together (RFC 8628 §5.1).
const maxGuesses = 20

// takeDevice finds the device and lets the person sign in for it.
func (b *Broker) takeDevice(w http.ResponseWriter, r *http.Request) {
	if !b.site.Proven(r, "device") {
		b.site.Wrong(w)
		return
	}
	code := r.PostFormValue("user_code")
	if b.guessed(false) {
		b.askCode(w, r, http.StatusTooManyRequests, code, "Too many codes were tried. Wait a minute and try again.")
		return
	}
	if !b.issuer.Device(code) {
		b.guessed(true)
		b.askCode(w, r, http.StatusUnprocessableEntity, code,
			"No device is waiting with this code. Compare it with the other screen; it may also have expired.")
		return
	}
	goTo(w, r, pathSignIn, b.openVisit(w, r, "", issuer.ShowCode(code)))
}

// guessed notes another guess when one is true, and reports whether there were too many.
func (b *Broker) guessed(one bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.guesses = slices.DeleteFunc(b.guesses, func(at time.Time) bool { return time.Since(at) > time.Minute })
	if one {
		b.guesses = append(b.guesses, time.Now())
	}
	return len(b.guesses) >= maxGuesses
}

// showAllow asks whether the device is the person's own: somebody else may have sent them the code (RFC 8628 §5.4).
func (b *Broker) showAllow(w http.ResponseWriter, r *http.Request) {
	v, ok := b.visit(w, r, r.URL.Query().Get("visit"))
	if !ok {
		return
	}
	p, known := b.person(b.now(v).who.Subject)
	if !known {
		b.site.Over(w)
		return
	}
	b.page(w, http.StatusOK, v, "device-allow", struct {
		Visit, CSRF, Code string
		Person            cast.Person
	}{v.id, b.site.Proof(r, v.id), v.device, p})
}

// takeAllow signs the device in, or refuses it.
func (b *Broker) takeAllow(w http.ResponseWriter, r *http.Request) {
	v, ok := b.posted(w, r)
	if !ok {
		return
	}
	who := b.now(v).who
	if who.Subject == "" || v.device == "" {
		b.site.Over(w)
		return
	}
	if !r.PostForm.Has("allow") {
		b.refuse(w, r, v, issuer.ErrCancelled())
		return
	}
	if !b.end(w, v, arrived) {
		return
	}
	if !b.issuer.AnswerDevice(v.device, who) {
		b.site.Over(w)
		return
	}
	b.site.Render(w, http.StatusOK, "device-done", true)
}
