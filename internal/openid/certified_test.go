package openid_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
)

// person is a scripted browser that signs in, or cancels at the consent page.
type person struct {
	browser *robot.Browser
	cancel  bool
	last    chan string // text of the last page
}

func (p *person) open(_ context.Context, address string) error {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	page, err := p.browser.Visit(ctx, address)
	for err == nil && len(page.Forms) > 0 && strings.Contains(page.URL.Path, "/interaction/") {
		form := page.Forms[0]
		switch {
		case p.cancel && form.Fields.Get("prompt") == "consent":
			page, err = p.browser.Visit(ctx, page.URL.String()+"/abort")
		default:
			page, err = p.browser.Submit(ctx, form, url.Values{"login": {"ada"}, "password": {"x"}})
		}
	}
	if err == nil {
		p.last <- page.Text
	}
	return err
}

// confirm confirms the code of a device sign-in, or declines it.
func (p *person) confirm(ctx context.Context, address string, decline bool) error {
	page, err := p.browser.Visit(ctx, address)
	for step := 0; err == nil && len(page.Forms) > 0 && step < 8; step++ {
		values := url.Values{"login": {"ada"}, "password": {"x"}}
		form := page.Forms[0]
		if decline && page.URL.Path == "/device" && form.Fields.Has("user_code") {
			values.Set("abort", "yes")
		}
		page, err = p.browser.Submit(ctx, form, values)
	}
	return err
}

// leave confirms the end of the session.
func (p *person) leave(ctx context.Context, address string) error {
	page, err := p.browser.Visit(ctx, address)
	if err == nil {
		page, err = p.browser.Submit(ctx, page.Forms[0], nil)
	}
	if err == nil && len(page.Forms) > 0 {
		page, err = p.browser.Submit(ctx, page.Forms[0], url.Values{"logout": {"yes"}})
	}
	if err == nil {
		p.last <- page.Text
	}
	return err
}

// realClient is the product's client with the product's redirect receiver.
func realClient(t *testing.T, conf provider.Provider, p *person) *openid.Client {
	t.Helper()
	if p == nil {
		p = &person{}
	}
	c, err := openid.New(conf, openid.Options{
		OpenURL:       p.open,
		Listen:        listenForReal,
		NewLogoutForm: realLogoutForm(p.leave, func() {}),
		Transport:     direct(t, conf.RootCAs),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// listenForReal is the product's redirect receiver.
func listenForReal(ctx context.Context, s openid.ListenSpec) (openid.Receiver, error) {
	r, err := loopback.Listen(ctx,
		loopback.Config{State: s.State, App: "Test", OnStray: func(l loopback.Stray) { s.OnStray(openid.Stray(l)) }})
	if err != nil {
		return nil, err
	}
	return realReceiver{r}, nil
}

type realReceiver struct{ *loopback.Receiver }

// Finish adapts loopback to openid's interface.
func (r realReceiver) Finish(ctx context.Context, ok bool, title, text string) {
	r.Receiver.Finish(ctx, loopback.Outcome{OK: ok, Title: title, Text: text})
}

// authority makes a certificate authority and a certificate for 127.0.0.1 and id.example.
func authority(t *testing.T) (ca []byte, keyPath, certPath string) {
	t.Helper()
	sign := func(template, parent *x509.Certificate, pub, priv any) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, priv)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	rootKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leafKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames: []string{"id.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	ca = sign(root, root, &rootKey.PublicKey, rootKey)
	der, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	keyPath, certPath = filepath.Join(t.TempDir(), "key.pem"), filepath.Join(t.TempDir(), "cert.pem")
	for path, data := range map[string][]byte{
		keyPath:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		certPath: sign(leaf, root, &leafKey.PublicKey, rootKey),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return ca, keyPath, certPath
}
