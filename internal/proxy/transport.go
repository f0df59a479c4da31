package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"app.latchkey/internal/proxy/route"
)

// TransportOptions are what one user of the network wants.
type TransportOptions struct {
	RootCAs []byte // PEM to trust as well, for servers and for https proxies
	// ClientCert is a certificate and its key in PEM, for gateways that want one. With a
	// Guard it is shown to https proxies alone: the servers are then strangers.
	ClientCert []byte
	// Guard refuses addresses, after their names were resolved here, also where a proxy
	// goes there; the proxy resolves them again. nil refuses none.
	Guard func(netip.Addr) error
	// Ping, when set, is how long a server may say nothing on a connection of HTTP/2 before it is asked whether it is
	// still there, with or without a request under way. After as long again without an answer the connection is
	// closed, and its requests fail. The program wakes up for each ping for as long as the connection is open. The
	// system asks as often by TCP on every connection that has no request under way, which wakes no program up.
	Ping time.Duration
}

// Transport makes a transport of its own, with its own connections. The transport follows no redirect:
// [http.Client] does. It has no time limit: the caller's context has.
//
// Errors of its exchanges: [route.ErrReach], [route.ErrSignIn], [route.ErrRefused], [route.ErrCertificate],
// [route.ErrGuard], and those of net/http. New errors: [route.ErrSetting].
func (p *Proxy) Transport(opts TransportOptions) (http.RoundTripper, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(opts.RootCAs) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(bytes.ReplaceAll(opts.RootCAs, []byte("\ufeff"), nil)) {
			return nil, fmt.Errorf("%w: ca_file holds no PEM certificate", route.ErrSetting)
		}
		conf.RootCAs = pool
	}
	if len(opts.ClientCert) > 0 {
		cert, err := tls.X509KeyPair(opts.ClientCert, opts.ClientCert)
		if err != nil {
			return nil, fmt.Errorf("%w: client_cert_file holds no certificate with its key in PEM", route.ErrSetting)
		}
		conf.Certificates = []tls.Certificate{cert}
	}
	d := &dialer{proxy: p, guard: opts.Guard, tls: conf.Clone(), alive: keepAlive(opts.Ping)}
	kept := idleFor
	if opts.Guard != nil { // strangers: they get no certificate of ours, and are not remembered
		conf.Certificates, kept = nil, strangersIdle
	} else {
		// A renewal opens a connection each hour: a resumed TLS session spares it the certificates.
		conf.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	}
	return &transport{&http.Transport{
		DialContext:            d.dial,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: opts.Ping, PingTimeout: opts.Ping},
		MaxIdleConns:           4,
		IdleConnTimeout:        kept,
	}, newIdle(time.Now)}, nil
}

type transport struct {
	base *http.Transport
	idle *idle
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	way := &trip{scheme: req.URL.Scheme}
	ctx := context.WithValue(req.Context(), tripKey{}, way)
	t.idle.clear(t.base)
	res, err := t.base.RoundTrip(req.WithContext(ctx))
	if err == nil {
		return res, nil
	}
	untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if ok && !errors.Is(err, route.ErrCertificate) {
		return nil, seen(req.URL.Hostname(), way.taken(), untrusted)
	}
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	if hop := way.taken(); plain && !hop.Direct() && !route.Known(err) {
		return nil, &route.RefusedError{
			Proxy: hop.Address, Source: hop.Source, Target: req.URL.Host, Err: route.ErrPlain,
		}
	}
	if ctx.Err() != nil {
		if late := way.late(context.Cause(ctx)); late != nil {
			return nil, late
		}
	}
	return nil, err
}

// CloseIdleConnections is for [http.Client]'s.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// seen names the certificate's issuer and the way that the request went.
func seen(host string, way route.Route, err *tls.CertificateVerificationError) error {
	out := &route.CertificateError{Host: host, Way: way, Err: err}
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
