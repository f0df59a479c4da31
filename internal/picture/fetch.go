package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"app.latchkey/internal/proxy/route"
)

const (
	maxBytes  = 2 << 20
	redirects = 3
)

func (f *Fetcher) get(ctx context.Context, address *url.URL) ([]byte, error) {
	client := &http.Client{
		Transport: f,
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
		switch {
		case errors.Is(err, errInside):
			return nil, errInside
		case errors.Is(err, route.ErrGuard):
			return nil, errUnknown
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
