package picture

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

const (
	maxBytes  = 2 << 20
	redirects = 3
)

func (f Fetcher) get(ctx context.Context, address *url.URL) ([]byte, error) {
	client := &http.Client{
		Transport: guard{f},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > redirects {
				return ErrFetch
			}
			req.Header.Del("Referer")
			if !f.allowed(req.URL) {
				return ErrAddress
			}
			return nil
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, ErrAddress
	}
	req.Header.Set("Accept", "image/png, image/jpeg, image/webp, image/gif")
	res, err := client.Do(req)
	if err != nil {
		var refused refusal
		switch {
		case errors.As(err, &refused):
			return nil, refused
		case errors.Is(err, ErrAddress):
			return nil, ErrAddress
		}
		return nil, ErrFetch // net/http's own words quote the address
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: HTTP %d", ErrFetch, res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return nil, ErrFetch
	}
	if len(data) > maxBytes {
		return nil, ErrTooBig
	}
	return data, nil
}

// tls trusts what the system trusts, and RootCAs.
func (f Fetcher) tls() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(f.RootCAs) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		pool.AppendCertsFromPEM(f.RootCAs)
		config.RootCAs = pool
	}
	return config
}
