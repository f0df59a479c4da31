package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"
)

// TransportOptions are what one user of the network wants.
type TransportOptions struct {
	RootCAs []byte // PEM to trust as well, for servers and for https proxies
	// ClientCert is a certificate and its key in PEM, for gateways that want one.
	ClientCert []byte
	// Guard refuses addresses, after their names were resolved here, also where a proxy
	// goes there; the proxy resolves them again. nil refuses none.
	Guard func(netip.Addr) error
}

// Transport makes a transport of its own, with its own connections. The transport follows no redirect:
// http.Client does. It has no time limit: the caller's context has.
//
// Errors of its exchanges: ErrReach, ErrSignIn, ErrRefused, ErrCertificate, ErrGuard,
// and those of net/http. New errors: ErrSetting.
func (p *Proxy) Transport(opts TransportOptions) (http.RoundTripper, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(opts.RootCAs) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(opts.RootCAs) {
			return nil, fmt.Errorf("%w: ca_file holds no PEM certificate", ErrSetting)
		}
		conf.RootCAs = pool
	}
	if len(opts.ClientCert) > 0 {
		cert, err := tls.X509KeyPair(opts.ClientCert, opts.ClientCert)
		if err != nil {
			return nil, fmt.Errorf("%w: client_cert_file holds no certificate with its key in PEM", ErrSetting)
		}
		conf.Certificates = []tls.Certificate{cert}
	}
	d := &dialer{proxy: p, guard: opts.Guard, tls: conf}
	return &transport{p, &http.Transport{
		DialContext:            d.dial,
		TLSClientConfig:        conf.Clone(),
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           4,
		IdleConnTimeout:        30 * time.Second,
	}}, nil
}

type transport struct {
	proxy *Proxy
	base  *http.Transport
}

// schemeKey carries a request's scheme to the dialer, which gets host and port alone.
type schemeKey struct{}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := context.WithValue(req.Context(), schemeKey{}, req.URL.Scheme)
	res, err := t.base.RoundTrip(req.WithContext(ctx))
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) && !errors.Is(err, ErrCertificate) {
		return nil, t.proxy.seen(ctx, req, untrusted)
	}
	return res, err
}

// CloseIdleConnections is for http.Client's.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// seen names the certificate's issuer and the way that the request went.
func (p *Proxy) seen(ctx context.Context, req *http.Request, err *tls.CertificateVerificationError) error {
	out := &CertificateError{Host: req.URL.Hostname(), Way: p.choose(ctx, req.URL).Routes[0].String(), Err: err}
	if len(err.UnverifiedCertificates) > 0 {
		out.Issuer = issuer(err.UnverifiedCertificates[0])
	}
	return out
}

// issuer is what a person knows a certificate's issuer by.
func issuer(cert *x509.Certificate) string {
	name := cert.Issuer.CommonName
	if len(cert.Issuer.Organization) > 0 && cert.Issuer.Organization[0] != name {
		name += " (" + cert.Issuer.Organization[0] + ")"
	}
	if len(name) > 200 {
		name = name[:200]
	}
	return name
}
