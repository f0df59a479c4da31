package openid_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
	"app.latchkey/test/certified"
)

// A certified provider, over http, and over https with an authority that is made
// for the test: everything that a session goes through.
func TestACertifiedProvider(t *testing.T) {
	t.Run("http", func(t *testing.T) {
		t.Parallel() // most of it is waiting for the pace of the device grant
		issuer := certified.Start(t)
		certifiedStory(t, provider.Provider{Issuer: issuer}, nil)
	})
	t.Run("https", func(t *testing.T) {
		t.Parallel()
		ca, key, cert := authority(t)
		issuer := certified.Start(t, "KEY="+key, "CERT="+cert)
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
	if got, want := c.Offers(), (session.Offers{
		Known: true, Device: true, EndSession: true, Revocation: true,
	}); got != want {
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

// cancelled cancels on the consent page.
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
	if s.Key.Subject != "ada" || s.Profile.Name != "Name of ada" || !s.Profile.EmailVerified ||
		s.Tokens.Refresh.IsZero() || s.Tokens.Lifetime <= 0 {
		t.Errorf("%+v", s)
	}
	return s
}

// rotation uses refresh tokens, and at last a spent one, until the provider ends the family.
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
	outcome, err := c.Revoke(t.Context(),
		session.Revocation{Key: s.Key, ClientID: "desk", Access: s.Tokens.Access, Refresh: s.Tokens.Refresh})
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
		if decline != errors.Is(err, openid.ErrDeviceDeclined) ||
			!decline && (err != nil || s.Key.Subject != "ada" || !s.IDTokenVerified) {
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
