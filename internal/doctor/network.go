package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/proxy/route"
)

// trace is how far a request came.
type trace struct {
	mu        sync.Mutex
	resolving bool // a name is looked up, and no answer has come
	addresses []string
	connected string
	tls       *tls.ConnectionState
	tlsErr    error
}

// hooks follow the requests of ctx.
func (t *trace) hooks() *httptrace.ClientTrace {
	note := func(f func()) {
		t.mu.Lock()
		defer t.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { note(func() { t.resolving = true }) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			note(func() {
				t.resolving, t.addresses = false, nil
				for _, a := range i.Addrs {
					t.addresses = append(t.addresses, a.String())
				}
			})
		},
		ConnectDone: func(_, address string, err error) {
			if err == nil {
				note(func() { t.connected = address })
			}
		},
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			note(func() {
				if t.tlsErr = err; err == nil {
					t.tls = &s
				}
			})
		},
	}
}

// address is the first one that a sign-in calls.
func (r *round) address() string {
	p := r.p()
	switch {
	case p.NoDiscovery:
		return p.TokenEndpoint
	case p.DiscoveryURL != "":
		return p.DiscoveryURL
	}
	return strings.TrimSuffix(p.Issuer, "/") + "/.well-known/openid-configuration"
}

// where is the setting that says where the provider is: issuer, or what its preset
// makes the issuer of.
func (r *round) where() string {
	for _, key := range []string{
		"issuer", "domain", "base_url", "project_id", "tenant", "user_pool", "environment_id",
	} {
		if _, set := r.o.Settings.Sources[key]; set {
			return key
		}
	}
	return "issuer"
}

// reach asks the provider once, by the product's own client, and says of each stage
// of the way how it went.
func (r *round) reach(ctx context.Context) {
	if r.asked == nil {
		return
	}
	ctx = httptrace.WithClientTrace(ctx, r.trace.hooks())
	meta, err := r.asked.Discover(ctx)
	if err == nil {
		r.meta = &meta
	}
	if r.p().NoDiscovery { // nothing was asked yet
		err = r.asked.TryToken(ctx, "http://127.0.0.1/callback")
	}
	r.netErr = err
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	if r.proxy(ctx) && r.dns() && r.connection() {
		r.certificate()
	}
}

func (r *round) dns() bool {
	host := hostOf(r.address())
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	failed, unknown := errors.AsType[*net.DNSError](r.netErr)
	switch {
	case unknown && failed.IsNotFound:
		r.fail("dns", "The provider's name does not exist", failed.Name)
		return false
	case unknown:
		r.fail("dns", "The provider's name could not be looked up", fmt.Sprintf("%s: %s", failed.Name, failed.Err))
		return false
	case r.netErr != nil && r.trace.resolving:
		r.fail("dns", "The provider's name could not be looked up in time", host)
		return false
	case r.way.Proxied():
		r.pass("dns", "The proxy looks the provider's name up", host)
	case len(r.trace.addresses) > 0:
		r.pass("dns", "The provider's name was looked up", host+" is "+strings.Join(r.trace.addresses, ", "))
	default:
		r.pass("dns", "No name had to be looked up", host)
	}
	return true
}

func (r *round) connection() bool {
	if r.trace.connected != "" {
		r.pass("connection", "The provider can be reached", r.trace.connected)
		return true
	}
	if r.netErr == nil {
		return true // over a connection that was open already
	}
	if errors.Is(r.netErr, openid.ErrNetwork) || errors.Is(r.netErr, openid.ErrTimeout) {
		r.fail("connection", "The provider cannot be reached",
			fmt.Sprintf("%s: %v", hostOf(r.address()), last(r.netErr)))
	}
	return false
}

// soon is how long before its end a certificate is worth a word.
const soon = 14 * 24 * time.Hour

func (r *round) certificate() {
	if strings.HasPrefix(r.address(), "http://") {
		r.pass("tls", "Plain http, on this computer alone", "")
		return
	}
	if r.trace.tls != nil {
		leaf := r.trace.tls.PeerCertificates[0]
		detail := fmt.Sprintf("%s, by %s, until %s",
			tls.VersionName(r.trace.tls.Version), leaf.Issuer.CommonName, leaf.NotAfter.Format(time.DateOnly))
		if left := leaf.NotAfter.Sub(r.o.Now()); left < soon {
			r.warn("tls", "The provider's certificate ends soon", detail)
			return
		}
		r.pass("tls", "The provider's certificate is trusted", detail)
		return
	}
	r.fail("tls", distrust(r.trace.tlsErr, r.netErr), whose(r.netErr))
}

// whose says whose certificate was seen, and on which way.
func whose(err error) string {
	detail := fmt.Sprint(last(err))
	if seen, ok := errors.AsType[*route.CertificateError](err); ok {
		detail = fmt.Sprintf("for %s, issued by “%s”, reached %s: %s", seen.Host, seen.Issuer, seen.Way, detail)
	}
	return detail
}

// distrust says why a handshake failed.
func distrust(errs ...error) string {
	err := errors.Join(errs...)
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case invalid.Reason == x509.Expired:
		return "The provider's certificate is not valid now"
	case as[x509.HostnameError](err):
		return "The certificate is for another name"
	case as[x509.UnknownAuthorityError](err):
		return "The certificate is signed by nobody whom this computer trusts"
	case as[tls.RecordHeaderError](err):
		return "Something that is not TLS answers there"
	case strings.Contains(err.Error(), "protocol version"):
		return "The provider offers no TLS 1.2 or newer"
	}
	return "No secure connection came about"
}

func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// last is an error's innermost part: what the system or the provider said.
func last(err error) error {
	for err != nil {
		if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // walked by hand
			all := many.Unwrap()
			err = all[len(all)-1]
			continue
		}
		next := errors.Unwrap(err)
		if next == nil {
			break
		}
		err = next
	}
	return err
}
