package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What can go wrong.
var (
	ErrSetting = errors.New("proxy: the setting cannot be used")
	ErrGuard   = errors.New("proxy: an address that must not be reached")
)

// ErrScript is what a [ScriptError] is, [ErrReach] a [ReachError], [ErrSignIn] a [SignInError], [ErrRefused] a
// [RefusedError], [ErrCertificate] a [CertificateError], for [errors.Is].
var (
	ErrScript      = errors.New("proxy: the proxy script did not decide")
	ErrReach       = errors.New("proxy: the proxy cannot be reached")
	ErrSignIn      = errors.New("proxy: the proxy wants to know who you are")
	ErrRefused     = errors.New("proxy: the proxy refused")
	ErrCertificate = errors.New("proxy: a certificate that is not trusted")
)

// Known reports whether err comes of the way to a server, so that the server was not
// asked.
func Known(err error) bool {
	kinds := []error{ErrScript, ErrGuard, ErrReach, ErrSignIn, ErrRefused}
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// ScriptError says that the network's script named no way. The way was then a direct one.
type ScriptError struct {
	Script string // its address, without a query
	Source string // who named it
	Err    error
}

// Error names the script.
func (e *ScriptError) Error() string {
	return fmt.Sprintf("%v: %s, named by %s: %v", ErrScript, e.Script, e.Source, e.Err)
}

// Unwrap gives [ErrScript] and the cause.
func (e *ScriptError) Unwrap() []error { return []error{ErrScript, e.Err} }

// ReachError says that no connection to a proxy came about, or that it did not answer.
type ReachError struct {
	Proxy  string // host:port
	Source string // who named it
	Err    error
}

// Error names the proxy.
func (e *ReachError) Error() string {
	return fmt.Sprintf("proxy: the proxy %s, named by %s, cannot be reached: %v", e.Proxy, e.Source, e.Err)
}

// Unwrap gives [ErrReach] and the cause.
func (e *ReachError) Unwrap() []error { return []error{ErrReach, e.Err} }

// Unreachable is the error of a proxy that gave no answer.
func (r Route) Unreachable(err error) error { return &ReachError{r.Address, r.Source, err} }

// SignInError says that a proxy answered 407 and that nothing here satisfies it.
type SignInError struct {
	Proxy   string   // host:port
	Source  string   // who named it
	Schemes []string // that it takes: basic, negotiate, ntlm, …
	Realm   string   // what it calls itself
	Tried   []string // what was tried, and how it ended
}

// Error names the proxy, what it takes, and whom to ask.
func (e *SignInError) Error() string {
	text := fmt.Sprintf("proxy: the proxy %s, named by %s, wants a sign-in (%s)", e.Proxy, e.Source,
		strings.Join(e.Schemes, ", "))
	if e.Realm != "" {
		text += fmt.Sprintf(" for %q", e.Realm)
	}
	if len(e.Tried) > 0 {
		text += "; " + strings.Join(e.Tried, "; ")
	}
	return text + "; ask whoever runs this network for a way through"
}

// Unwrap gives [ErrSignIn].
func (e *SignInError) Unwrap() error { return ErrSignIn }

// RefusedError says that a proxy answered, and made no connection.
type RefusedError struct {
	Proxy  string // host:port
	Source string // who named it
	Target string // host:port
	Status int    // of HTTP; 0 for SOCKS
	Err    error  // of SOCKS
}

// Error names the proxy and what it refused.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("proxy: the proxy %s, named by %s, made no connection to %s: %s", e.Proxy, e.Source, e.Target,
		e.Answer())
}

// Answer is what the proxy said.
func (e *RefusedError) Answer() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("HTTP %d", e.Status)
}

// ErrPlain is why a tunnel is none: what came out of it is a page for a browser.
var ErrPlain = errors.New("it answered for the server, without encryption")

// Portal reports whether the answer was meant for a browser: a page on which a person
// signs in to the network comes first (RFC 6585 §6).
func (e *RefusedError) Portal() bool {
	return e.Status/100 == 3 || e.Status == 511 || errors.Is(e.Err, ErrPlain)
}

// Unwrap gives [ErrRefused] and the cause.
func (e *RefusedError) Unwrap() []error { return []error{ErrRefused, e.Err} }

// CertificateError says whose certificate was seen where another was expected: a
// company's gateway that opens the encryption, a hotel's page, or an attacker.
type CertificateError struct {
	Host   string
	Issuer string // of the certificate that was seen
	Way    Route  // how the host was reached
	Self   bool   // the certificate is the proxy's own
	Err    error  // of crypto/x509
}

// Error names the issuer and the way.
func (e *CertificateError) Error() string {
	way := "reached " + e.Way.String()
	if e.Self {
		way = "it is the proxy itself"
	}
	return fmt.Sprintf("proxy: the certificate for %s was issued by %q and is not trusted here (%s): %v",
		e.Host, e.Issuer, way, e.Err)
}

// Unwrap gives [ErrCertificate] and the cause.
func (e *CertificateError) Unwrap() []error { return []error{ErrCertificate, e.Err} }
