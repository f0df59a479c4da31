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
	"net"
	"net/http"
	"net/url"
	"time"

	"app.latchkey/internal/proxy/route"
)

// maxBody is the most that is read of any answer, in bytes after decompression.
const maxBody = 1 << 20

// limits puts a time limit and a body limit around every exchange, and notes
// what the provider's clock says.
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
	res.Body = &limitedBody{ReadCloser: res.Body, ctx: ctx, cancel: cancel, left: maxBody}
	return res, nil
}

// faultOf says what an exchange failed of, without the URL's query, which
// net/http quotes.
func faultOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && route.Known(err) {
		return fmt.Errorf("%w: %w", cause, err) // the time ended at the proxy
	} else if cause != nil {
		return cause
	}
	var asURL *url.Error
	if errors.As(err, &asURL) {
		err = asURL.Err
	}
	var cert *tls.CertificateVerificationError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var alert *net.OpError // crypto/tls wraps what either side breaks a handshake off with
	switch {
	case errors.As(err, &cert), errors.As(err, &host), errors.As(err, &unknown):
		return fmt.Errorf("%w: %w", ErrTLS, err)
	case errors.As(err, &record), errors.As(err, &alert) && (alert.Op == "remote error" || alert.Op == "local error"):
		return fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	if undecodable(err) {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return fmt.Errorf("%w: %w", ErrNetwork, err)
}

// undecodable reports whether an answer arrived and is no gzip, though it says so.
func undecodable(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// limitedBody fails with ErrBodyTooLarge rather than ending early: a truncated document must not be
// read as a complete one.
type limitedBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
	left   int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrBodyTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return 0, ErrBodyTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = faultOf(b.ctx, err)
	}
	return n, err
}

func (b *limitedBody) Close() error {
	b.cancel()
	return b.ReadCloser.Close()
}

// get fetches a document.
func (c *Client) get(ctx context.Context, address string, header http.Header) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, ErrEndpoint
	}
	if header != nil {
		req.Header = header
	}
	return c.do(req)
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
	if err != nil {
		return res, nil, err
	}
	return res, body, nil
}

// bare takes the URL out of an error of net/http.
func bare(err error) error {
	var asURL *url.Error
	if errors.As(err, &asURL) {
		return asURL.Err
	}
	return err
}
