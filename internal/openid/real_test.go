package openid_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
)

// certified starts npm's oidc-provider, a certified one, and returns its issuer.
func certified(t *testing.T, env ...string) string {
	t.Helper()
	dir, err := filepath.Abs("../../test/provider")
	if err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(dir, "node_modules", ".bin", "node")
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("the test's provider is not installed: run build/setup.sh test (%v)", err)
	}
	cmd := exec.Command(node, filepath.Join(dir, "server.mjs"))
	cmd.Env = append(os.Environ(), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider does not start: %v", err)
	}
	return strings.TrimSpace(line)
}

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
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// listenForReal is the product's redirect receiver.
func listenForReal(ctx context.Context, s openid.ListenSpec) (openid.Receiver, error) {
	r, err := loopback.Listen(ctx, loopback.Config{State: s.State, App: "Test", OnStray: s.OnStray})
	if err != nil {
		return nil, err
	}
	return realReceiver{r}, nil
}

type realReceiver struct{ *loopback.Receiver }

// Finish adapts loopback to what openid declares.
func (r realReceiver) Finish(ctx context.Context, ok bool, title, text string) {
	r.Receiver.Finish(ctx, loopback.Outcome{OK: ok, Title: title, Text: text})
}

// A certified provider, over http, and over https with an authority that is made
// for the test: everything that a session goes through.
func TestACertifiedProvider(t *testing.T) {
	t.Run("http", func(t *testing.T) {
		t.Parallel() // most of it is waiting for the pace of the device grant
		issuer := certified(t)
		certifiedStory(t, provider.Provider{Issuer: issuer}, nil)
	})
	t.Run("https", func(t *testing.T) {
		t.Parallel()
		ca, key, cert := authority(t)
		issuer := certified(t, "KEY="+key, "CERT="+cert)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		conf := provider.Provider{Issuer: issuer, ClientID: "desk"}
		if _, err := realClient(t, conf, nil).Discover(t.Context()); !errors.Is(err, openid.ErrTLS) {
			t.Errorf("without the authority: %v, want ErrTLS", err)
		}
		conf.RootCAs = ca
		certifiedStory(t, conf, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}})
	})
}

func certifiedStory(t *testing.T, conf provider.Provider, web http.RoundTripper) {
	conf.ClientID, conf.Consent, conf.LogoutRedirectPath = "desk", "always", "/signed-out"
	p := &person{browser: robot.New(web), last: make(chan string, 8)}
	c := realClient(t, conf, p)
	if _, err := c.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Offers(), (session.Offers{Known: true, Device: true, EndSession: true, Revocation: true}); got != want {
		t.Errorf("offers %+v", got)
	}
	cancelled(t, c, p)
	s := inTheBrowser(t, c, p)
	rotation(t, c, s)

	// This provider lets no native client through without a page (RFC 8252 §8.6).
	if _, err := signIn(t, c, session.SignInRequest{Prompt: "none"}); !errors.Is(err, openid.ErrInteraction) {
		t.Errorf("prompt=none: %v", err)
	}
	<-p.last
	revoked(t, c, inTheBrowser(t, c, p))
	onAnotherDevice(t, c, p)
	signedOut(t, c, p, inTheBrowser(t, c, p))
}

// cancelled leaves the consent page by its way out.
func cancelled(t *testing.T, c *openid.Client, p *person) {
	t.Helper()
	p.cancel = true
	defer func() { p.cancel = false }()
	if _, err := signIn(t, c, session.SignInRequest{}); !errors.Is(err, openid.ErrAccessDenied) {
		t.Fatalf("cancelled at the consent page: %v", err)
	}
	if last := <-p.last; !strings.Contains(last, "did not work") {
		t.Errorf("the browser was told %q", last)
	}
}

func inTheBrowser(t *testing.T, c *openid.Client, p *person) session.Session {
	t.Helper()
	s, err := signIn(t, c, session.SignInRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if last := <-p.last; !strings.Contains(last, "You are signed in") {
		t.Errorf("the browser was told %q", last)
	}
	if s.Key.Subject != "ada" || s.Profile.Name != "Name of ada" || !s.Profile.EmailVerified || s.Tokens.Refresh.IsZero() || s.Tokens.Lifetime <= 0 {
		t.Errorf("%+v", s)
	}
	return s
}

// rotation spends refresh tokens until the provider ends the family.
func rotation(t *testing.T, c *openid.Client, s session.Session) {
	t.Helper()
	next, err := c.Refresh(t.Context(), s, keep)
	if err != nil || next.Tokens.Refresh.Equal(s.Tokens.Refresh) || next.Tokens.Access.Equal(s.Tokens.Access) {
		t.Fatalf("refresh: %v", err)
	}
	if _, err := c.Refresh(t.Context(), s, keep); !errors.Is(err, session.ErrEnded) {
		t.Errorf("the old refresh token once more: %v", err)
	}
	if _, err := c.Refresh(t.Context(), next, keep); !errors.Is(err, session.ErrEnded) {
		t.Errorf("the family after a reuse: %v", err)
	}
}

func revoked(t *testing.T, c *openid.Client, s session.Session) {
	t.Helper()
	outcome, err := c.Revoke(t.Context(), session.Revocation{Key: s.Key, ClientID: "desk", Access: s.Tokens.Access, Refresh: s.Tokens.Refresh})
	if err != nil || outcome != session.EndingDone {
		t.Errorf("revocation: %v %v", outcome, err)
	}
	if _, err := c.Refresh(t.Context(), s, keep); !errors.Is(err, session.ErrEnded) {
		t.Errorf("after the revocation: %v", err)
	}
}

// onAnotherDevice types the code in another browser, once to decline and once to
// go through.
func onAnotherDevice(t *testing.T, c *openid.Client, p *person) {
	t.Helper()
	for _, decline := range []bool{true, false} {
		var typing sync.WaitGroup
		s, err := signIn(t, c, session.SignInRequest{Device: true, Progress: func(g session.Progress) {
			if g.Device != nil {
				typing.Go(func() {
					if err := p.confirm(t.Context(), g.Device.VerificationURIComplete, decline); err != nil {
						t.Error(err)
					}
				})
			}
		}})
		typing.Wait()
		if decline != errors.Is(err, openid.ErrDeviceDeclined) || !decline && (err != nil || s.Key.Subject != "ada" || !s.IDTokenVerified) {
			t.Errorf("declined %v: %+v %v", decline, s.Key, err)
		}
	}
}

// signedOut ends the provider's session, and comes back.
func signedOut(t *testing.T, c *openid.Client, p *person, s session.Session) {
	t.Helper()
	if outcome, err := c.EndSession(t.Context(), s); err != nil || outcome != session.EndingDone {
		t.Errorf("end session: %v %v", outcome, err)
	}
	if last := <-p.last; !strings.Contains(last, "You are signed out") {
		t.Errorf("the browser ended at %q", last)
	}
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
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"id.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	ca = sign(root, root, &rootKey.PublicKey, rootKey)
	der, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	keyPath, certPath = filepath.Join(t.TempDir(), "key.pem"), filepath.Join(t.TempDir(), "cert.pem")
	for path, data := range map[string][]byte{keyPath: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), certPath: sign(leaf, root, &leafKey.PublicKey, rootKey)} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return ca, keyPath, certPath
}
