package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 §3.4
	// defaultInterval is meant when the provider names none (RFC 8628 §3.2).
	defaultInterval = 5 * time.Second
	minInterval     = time.Second
	// slowDown is what each slow_down adds to the interval, for good (RFC 8628 §3.5).
	slowDown = 5 * time.Second
	// maxBackoff is the longest pause that faults of the network lead to.
	maxBackoff = time.Minute
	// maxUserCode is the longest code that a person can be asked to type.
	maxUserCode = 40
)

// deviceAnswer is the device authorization endpoint's success (RFC 8628 §3.2), checked in form.
type deviceAnswer struct {
	code     secret.Secret // device_code
	shown    session.DeviceCode
	interval time.Duration
	expires  time.Time // by the provider's word
}

// signInByDevice runs the device grant (RFC 8628). No port is bound and no browser opened: the person signs in on
// another device, and [session.Progress] carries the code and the address for it. There is no nonce in this grant, so
// the ID token must have none.
func (c *Client) signInByDevice(ctx context.Context, a attempt, watch *progress,
	another func(session.Session, error) bool) (session.Session, error) {
	if a.meta.DeviceAuthURL == "" {
		return session.Session{}, ErrDeviceUnsupported
	}
	d, err := c.authorizeDevice(ctx, a)
	if err != nil {
		err = fmt.Errorf("openid: device authorization: %w", err)
		another(session.Session{}, err)
		return session.Session{}, err
	}
	c.prefetchKeys(ctx)
	watch.update(func(p *session.Progress) { p.Device = &d.shown })
	got, err := c.poll(ctx, a, d)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ErrDeviceExpired, err) // the countdown that was shown has ended
	}
	if err != nil {
		err = fmt.Errorf("openid: wait for the other device: %w", err)
	}
	s, err := c.conclude(ctx, a, got, err)
	another(s, err)
	return s, err
}

// authorizeDevice is the device authorization request (RFC 8628 §3.1).
func (c *Client) authorizeDevice(ctx context.Context, a attempt) (deviceAnswer, error) {
	form := url.Values{"scope": {strings.Join(a.scopes, " ")}}
	c.addOwn(form, a)
	// whose browser it is nobody knows: no prompt is for an account
	if slices.Contains(strings.Fields(a.prompt), consent) {
		form.Set("prompt", consent)
	}
	res, body, err := c.post(ctx, a.meta, a.meta.DeviceAuthURL, form, nil)
	if err != nil {
		return deviceAnswer{}, transient(err)
	}
	members, err := c.grantAnswer(ErrDevice, res, body)
	if err != nil {
		answer, ok := errors.AsType[*AnswerError](err)
		if ok && (answer.Code == "unauthorized_client" || answer.Code == "unsupported_grant_type") {
			err = errors.Join(ErrDeviceUnsupported, err)
		}
		return deviceAnswer{}, err
	}
	return c.readDevice(ctx, members)
}

// readDevice checks the answer's form. What a person is shown is a code of a keyboard's characters and an address
// that may be opened.
func (c *Client) readDevice(ctx context.Context, o object) (deviceAnswer, error) {
	now := c.now()
	life, ok := span(o["expires_in"])
	if !ok || life <= 0 {
		return deviceAnswer{}, fmt.Errorf("%w: no expires_in", ErrDocument)
	}
	d := deviceAnswer{code: secret.New(o.text("device_code")), interval: defaultInterval, expires: now.Add(life)}
	if n, ok := span(o["interval"]); ok {
		d.interval = max(n, minInterval)
	}
	user, address := o.text("user_code"), cmp.Or(o.text("verification_uri"), o.text("verification_url")) // Google's
	switch {
	case d.code.IsZero():
		return deviceAnswer{}, fmt.Errorf("%w: no device_code", ErrDocument)
	case user == "" || user != clean(user, maxUserCode) || strings.ContainsAny(user, "\u200c\u200d"):
		return deviceAnswer{}, fmt.Errorf("%w: no user_code that could be typed", ErrDocument)
	}
	if err := c.checkEndpoint("verification_uri", address); err != nil {
		return deviceAnswer{}, err
	}
	complete := o.text("verification_uri_complete")
	if complete != "" && c.checkEndpoint("verification_uri_complete", complete) != nil {
		c.opts.Log.Warn("device.address_ignored")
		complete = ""
	}
	d.shown = session.DeviceCode{
		UserCode: user, VerificationURI: address, VerificationURIComplete: complete, Expires: d.expires,
	}
	if end, limited := ctx.Deadline(); limited && end.Before(d.expires) {
		d.shown.Expires = end.Round(0)
	}
	return d, nil
}

// poll asks the token endpoint until the person has decided (RFC 8628 §3.4).
func (c *Client) poll(ctx context.Context, a attempt, d deviceAnswer) (session.Tokens, error) {
	pace := pace{interval: d.interval}
	var last error // the fault of the latest try
	for {
		if err := c.pause(ctx, pace.next(), d.expires); err != nil {
			return session.Tokens{}, errors.Join(err, last) // last: why it could not be asked
		}
		got, err := c.redeemDevice(ctx, a, d)
		if err == nil {
			return got, nil
		}
		if ctx.Err() != nil {
			return got, ctx.Err()
		}
		if last, err = pace.after(err); err != nil {
			return got, err
		}
	}
}

// redeemDevice is one device access token request.
func (c *Client) redeemDevice(ctx context.Context, a attempt, d deviceAnswer) (session.Tokens, error) {
	members, err := c.tokenRequest(ctx, a.meta,
		url.Values{"grant_type": {deviceGrant}, "device_code": {d.code.Reveal()}}, a.bind.prover)
	if err != nil {
		return session.Tokens{}, err
	}
	return c.readAnswer(members, strings.Join(a.scopes, " "), a.bind)
}

// pause waits, but not beyond the code's end. The wall clock decides: a timer stands still while a laptop sleeps.
func (c *Client) pause(ctx context.Context, wait time.Duration, expires time.Time) error {
	if err := sleep(ctx, min(wait, max(expires.Sub(c.now()), 0))); err != nil {
		return err
	}
	if !c.now().Before(expires) {
		return ErrDeviceExpired
	}
	return nil
}

// pace is how often the token endpoint is asked.
type pace struct {
	interval time.Duration
	faults   int           // in a row
	asked    time.Duration // Retry-After of the last answer
}

// next is the pause before the next request: the interval, doubled with each fault up to [maxBackoff] (RFC 8628
// §3.5), and no shorter than what was asked for.
func (p *pace) next() time.Duration {
	wait := p.interval
	for range p.faults {
		wait = max(wait, min(2*wait, maxBackoff))
	}
	return max(wait, p.asked)
}

// after reads an answer that was no token: fault is a temporary fault, after which polling goes on; final is an error
// that ends the wait; both nil means that the person has not decided yet.
func (p *pace) after(err error) (fault, final error) {
	_, passes := errors.AsType[*session.RetryError](err)
	p.asked = retryAfterOf(err)
	answer, ok := errors.AsType[*AnswerError](err)
	switch {
	case !ok && passes:
		p.faults++
		return err, nil
	case !ok:
		return nil, err
	}
	p.faults = 0
	switch answer.Code {
	case "authorization_pending":
		return nil, nil
	case "slow_down":
		p.interval += slowDown
		return nil, nil
	case "access_denied", "authorization_declined": // the latter is Entra's
		return nil, fmt.Errorf("%w: %w", ErrDeviceDeclined, err)
	case "expired_token", "code_expired":
		return nil, fmt.Errorf("%w: %w", ErrDeviceExpired, err)
	}
	if passes { // temporarily_unavailable, server_error
		p.faults++
		return err, nil
	}
	return nil, err
}
