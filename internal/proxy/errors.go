package proxy

import (
	"errors"
	"fmt"
	"strings"
)

// What can go wrong.
var (
	ErrSetting = errors.New("proxy: the setting cannot be used")
	ErrScript  = errors.New("proxy: the proxy script did not decide")
	ErrGuard   = errors.New("proxy: an address that must not be reached")
)

// ErrReach is what a [ReachError] is, ErrSignIn a [SignInError], ErrRefused a
// [RefusedError], ErrCertificate a [CertificateError], for errors.Is.
var (
	ErrReach       = errors.New("proxy: the proxy cannot be reached")
	ErrSignIn      = errors.New("proxy: the proxy wants to know who you are")
	ErrRefused     = errors.New("proxy: the proxy refused")
	ErrCertificate = errors.New("proxy: a certificate that is not trusted")
)

// ReachError says that no connection to a proxy came about.
type ReachError struct {
	Proxy string // host:port
	Err   error
}

// Error names the proxy.
func (e *ReachError) Error() string {
	return fmt.Sprintf("proxy: the proxy %s cannot be reached: %v", e.Proxy, e.Err)
}

// Unwrap gives ErrReach and the cause.
func (e *ReachError) Unwrap() []error { return []error{ErrReach, e.Err} }

// SignInError says that a proxy answered 407 and that nothing here satisfies it.
type SignInError struct {
	Proxy   string   // host:port
	Schemes []string // that it takes: basic, negotiate, ntlm, …
	Realm   string   // what it calls itself
	Tried   []string // what was tried, and how it ended
}

// Error names the proxy, what it takes, and whom to ask.
func (e *SignInError) Error() string {
	text := fmt.Sprintf("proxy: the proxy %s wants a sign-in (%s)", e.Proxy, strings.Join(e.Schemes, ", "))
	if e.Realm != "" {
		text += fmt.Sprintf(" for %q", e.Realm)
	}
	if len(e.Tried) > 0 {
		text += "; " + strings.Join(e.Tried, "; ")
	}
	return text + "; ask whoever runs this network for a way through"
}

// Unwrap gives ErrSignIn.
func (e *SignInError) Unwrap() error { return ErrSignIn }

// RefusedError says that a proxy answered, and made no connection.
type RefusedError struct {
	Proxy  string // host:port
	Target string // host:port
	Status int    // of HTTP; 0 for SOCKS
	Err    error  // of SOCKS
}

// Error names the proxy and what it refused.
func (e *RefusedError) Error() string {
	why := fmt.Sprintf("HTTP %d", e.Status)
	if e.Err != nil {
		why = e.Err.Error()
	}
	return fmt.Sprintf("proxy: the proxy %s made no connection to %s: %s", e.Proxy, e.Target, why)
}

// Unwrap gives ErrRefused and the cause.
func (e *RefusedError) Unwrap() []error { return []error{ErrRefused, e.Err} }

// CertificateError says whose certificate was seen where another was expected: a
// company's gateway that opens the encryption, a hotel's page, or an attacker.
type CertificateError struct {
	Host   string
	Issuer string // of the certificate that was seen
	Way    string // the proxy in between, or "directly"
	Err    error  // of crypto/x509
}

// Error names the issuer and the way.
func (e *CertificateError) Error() string {
	return fmt.Sprintf("proxy: the certificate for %s was issued by %q, which is not trusted here (reached %s): %v",
		e.Host, e.Issuer, e.Way, e.Err)
}

// Unwrap gives ErrCertificate and the cause.
func (e *CertificateError) Unwrap() []error { return []error{ErrCertificate, e.Err} }
