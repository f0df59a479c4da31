package openid

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"app.latchkey/internal/proxy/route"
)

// maxBody is the most that is read of any answer, in bytes after decompression.
const maxBody = 1 << 20

// limits puts a time limit and a body limit around every exchange, and notes what the provider's clock says.
type limits struct {
	base    http.RoundTripper
	timeout time.Duration
	skew    *skew
	heard   func() // is told of each answer that is not a gateway's
}

// CloseIdleConnections lets the next request take a connection of its own.
func (l *limits) CloseIdleConnections() {
	if base, ok := l.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (l *limits) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), l.timeout, ErrTimeout)
	req = req.Clone(ctx)
	req.Header.Set("User-Agent", "Latchkey")
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	res, err := l.base.RoundTrip(req)
	if err != nil {
		err = faultOf(ctx, err)
		cancel()
		return nil, err
	}
	l.skew.note(res.Header)
	if !gateway(res.StatusCode) {
		l.heard()
	}
	res.Body = &limitedBody{http.MaxBytesReader(nil, res.Body, maxBody), ctx, cancel}
	return res, nil
}

// faultOf says what an exchange failed of, without the URL's query, which net/http quotes.
func faultOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && route.Known(err) {
		return fmt.Errorf("%w: %w", cause, err) // the time ended at the proxy
	} else if cause != nil {
		return cause
	}
	err = bare(err)
	var cert *tls.CertificateVerificationError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var alert *net.OpError // crypto/tls wraps what either side breaks a handshake off with
	var corrupt flate.CorruptInputError
	kind := ErrNetwork
	switch {
	case errors.As(err, &cert), errors.As(err, &host), errors.As(err, &unknown):
		kind = ErrTLS
	case errors.As(err, &record), errors.As(err, &alert) && (alert.Op == "remote error" || alert.Op == "local error"):
		kind = ErrHandshake
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		kind = ErrEncoding // an answer arrived and is no gzip, though it says so
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// limitedBody fails with [ErrBodyTooLarge] rather than ending early: a truncated document must not be read as a
// complete one.
type limitedBody struct {
	io.ReadCloser // limited by [http.MaxBytesReader]
	ctx           context.Context
	cancel        context.CancelFunc
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		err = ErrBodyTooLarge
	} else if err != nil && !errors.Is(err, io.EOF) {
		err = faultOf(b.ctx, err)
	}
	return n, err
}

// Close returns when the connection is free for another request, or may be closed.
func (b *limitedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// get fetches a document.
func (c *Client) get(ctx context.Context, address string, header http.Header) (*http.Response, []byte, error) {
	req, err := getRequest(ctx, address, header)
	if err != nil {
		return nil, nil, err
	}
	return c.do(req)
}

// getRequest is a request for a document; header may be nil.
func getRequest(ctx context.Context, address string, header http.Header) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrEndpoint
	}
	maps.Copy(req.Header, header)
	return req, nil
}

// formRequest is a request that posts a form.
func formRequest(ctx context.Context, endpoint string, form url.Values) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, ErrEndpoint
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req, nil
}

// do sends the request and reads the whole answer.
func (c *Client) do(req *http.Request) (*http.Response, []byte, error) {
	res, err := c.http.Do(req)
	c.noteAnswer(err)
	if err != nil {
		return nil, nil, bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

// bare takes the URL out of an error of net/http.
func bare(err error) error {
	if asURL, ok := errors.AsType[*url.Error](err); ok {
		return asURL.Err
	}
	return err
}
