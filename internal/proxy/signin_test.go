package proxy_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/internal/proxy"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/test/gateway"
)

// tickets admits the messages one and two of any scheme.
func tickets(scheme string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		text, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), scheme+" ")
		switch raw, _ := base64.StdEncoding.DecodeString(text); string(raw) {
		case "two":
			return true
		case "one":
			w.Header().Add("Proxy-Authenticate", scheme+" "+base64.StdEncoding.EncodeToString([]byte("more")))
		default:
			w.Header().Add("Proxy-Authenticate", scheme)
			w.Header().Add("Proxy-Authenticate", `Basic realm="fall back", Digest realm=x`)
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
		return false
	}
}

func twoLegs(_ context.Context, scheme, host string) (proxy.Leg, error) {
	if host != "127.0.0.1" {
		return nil, errors.New("a ticket for " + scheme + " at " + host)
	}
	return func(challenge []byte) ([]byte, error) {
		switch string(challenge) {
		case "":
			return []byte("one"), nil
		case "more":
			return []byte("two"), nil
		}
		return nil, errors.New("no more")
	}, nil
}

func TestAProxyThatWantsASignIn(t *testing.T) {
	s := newSite(t)
	to := s.Listener.Addr().String()
	gate := func(admit func(http.ResponseWriter, *http.Request) bool) string {
		return gateway.Start(t, &gateway.Proxy{To: to, Admit: admit})
	}
	for name, opts := range map[string]proxy.Options{
		"Basic":              {Setting: "http://ada:p%40ss@" + gate(gateway.Basic("ada:p@ss"))},
		"NTLM":               {Setting: `http://ACME%5Cada:pw@` + gate(gateway.NTLM("ada", "ACME", "pw"))},
		"Negotiate":          {Setting: "http://" + gate(tickets("Negotiate")), Ticket: twoLegs},
		"NTLM by the system": {Setting: "http://" + gate(tickets("NTLM")), Ticket: twoLegs},
		"Basic, hanging up":  {Setting: "http://ada:pw@" + gate(closing(gateway.Basic("ada:pw")))},
		"Negotiate, then less": {
			Setting: "http://ada:pw@" + gate(offering(gateway.Basic("ada:pw"), "Negotiate", "NTLM")),
			Ticket:  func(context.Context, string, string) (proxy.Leg, error) { return nil, errors.New("no ticket") },
		},
	} {
		a := newAsker(t, opts, proxy.TransportOptions{RootCAs: s.roots})
		if got, err := a.get(t, target); err != nil || got != hello {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// closing hangs up after each refusal.
func closing(admit func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Connection", "close")
		return admit(w, r)
	}
}

// offering names further schemes, which it never accepts.
func offering(admit func(http.ResponseWriter, *http.Request) bool, schemes ...string) func(http.ResponseWriter,
	*http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		for _, s := range schemes {
			w.Header().Add("Proxy-Authenticate", s)
		}
		return admit(more{w}, r)
	}
}

// more adds headers where admit sets them.
type more struct{ http.ResponseWriter }

func (m more) WriteHeader(code int) {
	m.Header().Add("Proxy-Authenticate", `Basic realm="Acme gateway"`)
	m.Header()["Proxy-Authenticate"] = append([]string{"Negotiate, NTLM"}, m.Header()["Proxy-Authenticate"]...)
	m.ResponseWriter.WriteHeader(code)
}

func TestWhoCannotSignInIsToldWhomToAsk(t *testing.T) {
	s := newSite(t)
	to := s.Listener.Addr().String()
	for name, c := range map[string]struct {
		auth  string
		admit func(http.ResponseWriter, *http.Request) bool
		says  []string
	}{
		"no password": {
			"", gateway.Basic("ada:pw"), []string{"(basic)", `"Acme gateway"`, "no name and password are set"},
		},
		"a wrong one": {"ada:s3cr3t@", gateway.Basic("ada:pw"), []string{"basic was not accepted"}},
		"a wrong one, NTLM": {
			"ada:s3cr3t@", gateway.NTLM("ada", "", "pw"), []string{"(ntlm)", "ntlm was not accepted"},
		},
		"no ticket": {
			"", tickets("Negotiate"), []string{"negotiate, basic, digest", "the system gives no ticket (negotiate)"},
		},
		"an unknown kind": {"ada:s3cr3t@", tickets("Hologram"), []string{"hologram, basic", "basic was not accepted"}},
	} {
		g := &gateway.Proxy{To: to, Admit: c.admit}
		at := gateway.Start(t, g)
		_, err := newAsker(t, proxy.Options{Setting: "http://" + c.auth + at},
			proxy.TransportOptions{RootCAs: s.roots}).get(t, target)
		var signIn *route.SignInError
		if !errors.As(err, &signIn) || signIn.Proxy != at {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range append(c.says, at, "ask whoever runs this network") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: the password is in %q", name, err)
		}
	}
}

// A proxy that demands no sign-in is not sent the password.
func TestAPasswordIsShownOnlyWhenItIsAskedFor(t *testing.T) {
	s := newSite(t)
	shown := ""
	note := func(_ http.ResponseWriter, r *http.Request) bool {
		shown += r.Header.Get("Proxy-Authorization")
		return true
	}
	at := gateway.Start(t, &gateway.Proxy{To: s.Listener.Addr().String(), Admit: note})
	if _, err := newAsker(t, proxy.Options{Setting: "http://ada:pw@" + at},
		proxy.TransportOptions{RootCAs: s.roots}).get(t, target); err != nil || shown != "" {
		t.Errorf("%q, %v", shown, err)
	}
}

// Without a desktop and without a ticket, the error says so.
func TestAPersonWithoutATicketIsTold(t *testing.T) {
	at := gateway.Start(t, &gateway.Proxy{Admit: tickets("Negotiate")})
	damaged := filepath.Join(t.TempDir(), "cache")
	if err := os.WriteFile(damaged, []byte("\x05\x04\x00\x0cnonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for cache, says := range map[string]string{
		"KEYRING:persistent:1": "kind KEYRING cannot be read", damaged: "no ticket", "FILE:/nonexistent": "klist",
	} {
		env := map[string]string{"KRB5CCNAME": cache, "HTTPS_PROXY": at, "HOME": t.TempDir()}
		opts := proxy.Native("system", func(name string) string { return env[name] })
		_, err := newAsker(t, opts, proxy.TransportOptions{}).get(t, target)
		if !errors.Is(err, route.ErrSignIn) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", cache, err)
		}
	}
}
