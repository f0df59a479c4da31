package proxy_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"app.latchkey/internal/proxy"
)

// site is the server behind the proxies: https://example.com, with the certificate of net/http/httptest.
type site struct {
	*httptest.Server
	roots []byte
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "hello %s", r.Host)
	}))
	t.Cleanup(s.Close)
	return &site{s, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})}
}

// asker asks one address by one proxy's set-up.
type asker struct {
	proxy  *proxy.Proxy
	client *http.Client
}

func newAsker(t *testing.T, opts proxy.Options, how proxy.TransportOptions) asker {
	t.Helper()
	p, err := proxy.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := p.Transport(how)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: transport}
	t.Cleanup(client.CloseIdleConnections)
	return asker{p, client}
}

func (a asker) get(t *testing.T, address string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}
