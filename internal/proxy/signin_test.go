package proxy_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is made of it
	"golang.org/x/crypto/md4"

	"app.latchkey/internal/proxy"
	"app.latchkey/internal/proxy/route"
)

// ntlmGateway admits one name and password by NTLM version 2 (MS-NLMP §3.3.2), on one
// connection as the protocol demands.
func ntlmGateway(user, domain, password string) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	asked := map[string]bool{} // connections that have their challenge
	challenge := []byte("12345678")
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		text, found := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "NTLM ")
		raw, _ := base64.StdEncoding.DecodeString(text)
		offer := "NTLM"
		switch {
		case found && len(raw) > 12 && raw[8] == 1:
			asked[r.RemoteAddr] = true
			offer = "NTLM " + base64.StdEncoding.EncodeToString(type2(challenge))
		case found && len(raw) > 64 && raw[8] == 3 && asked[r.RemoteAddr]:
			field := func(at int) []byte {
				n, off := binary.LittleEndian.Uint16(raw[at:]), binary.LittleEndian.Uint32(raw[at+4:])
				return raw[off : off+uint32(n)]
			}
			response := field(20)
			named := bytes.Equal(field(36), wide(user)) && bytes.Equal(field(28), wide(domain))
			if named &&
				hmac.Equal(response[:16],
					hmacMD5(hmacMD5(md4Of(wide(password)), wide(strings.ToUpper(user)+domain)),
						append(bytes.Clone(challenge), response[16:]...))) {
				return true
			}
		}
		w.Header().Add("Proxy-Authenticate", offer)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return false
	}
}

// type2 is the least challenge message: NTLM, Unicode, target information.
func type2(challenge []byte) []byte {
	out := append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), make([]byte, 44)...)
	info := []byte{2, 0, 8, 0, 'A', 0, 'C', 0, 'M', 0, 'E', 0, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(out[16:], 56)
	binary.LittleEndian.PutUint32(out[20:], 0x00880201) // target information, extended security, NTLM, Unicode
	copy(out[24:], challenge)
	binary.LittleEndian.PutUint16(out[40:], uint16(len(info)))
	binary.LittleEndian.PutUint16(out[42:], uint16(len(info)))
	binary.LittleEndian.PutUint32(out[44:], 56)
	return append(out, info...)
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func md4Of(b []byte) []byte {
	h := md4.New()
	_, _ = h.Write(b)
	return h.Sum(nil)
}

func hmacMD5(key, data []byte) []byte {
	h := hmac.New(md5.New, key)
	_, _ = h.Write(data)
	return h.Sum(nil)
}

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
		return start(t, &gateway{to: to, admit: admit})
	}
	for name, opts := range map[string]proxy.Options{
		"Basic":              {Setting: "http://ada:p%40ss@" + gate(basic("ada:p@ss"))},
		"NTLM":               {Setting: `http://ACME%5Cada:pw@` + gate(ntlmGateway("ada", "ACME", "pw"))},
		"Negotiate":          {Setting: "http://" + gate(tickets("Negotiate")), Ticket: twoLegs},
		"NTLM by the system": {Setting: "http://" + gate(tickets("NTLM")), Ticket: twoLegs},
		"Basic, hanging up":  {Setting: "http://ada:pw@" + gate(closing(basic("ada:pw")))},
		"Negotiate, then less": {
			Setting: "http://ada:pw@" + gate(offering(basic("ada:pw"), "Negotiate", "NTLM")),
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
			"", basic("ada:pw"), []string{"(basic)", `"Acme gateway"`, "no name and password are set"},
		},
		"a wrong one":       {"ada:s3cr3t@", basic("ada:pw"), []string{"basic was not accepted"}},
		"a wrong one, NTLM": {"ada:s3cr3t@", ntlmGateway("ada", "", "pw"), []string{"(ntlm)", "ntlm was not accepted"}},
		"no ticket": {
			"", tickets("Negotiate"), []string{"negotiate, basic, digest", "the system gives no ticket (negotiate)"},
		},
		"an unknown kind": {"ada:s3cr3t@", tickets("Hologram"), []string{"hologram, basic", "basic was not accepted"}},
	} {
		g := &gateway{to: to, admit: c.admit}
		at := start(t, g)
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

// A password is shown to no proxy that lets everybody through.
func TestAPasswordIsShownOnlyWhenItIsAskedFor(t *testing.T) {
	s := newSite(t)
	shown := ""
	at := start(t, &gateway{to: s.Listener.Addr().String(), admit: func(_ http.ResponseWriter, r *http.Request) bool {
		shown += r.Header.Get("Proxy-Authorization")
		return true
	}})
	if _, err := newAsker(t, proxy.Options{Setting: "http://ada:pw@" + at},
		proxy.TransportOptions{RootCAs: s.roots}).get(t, target); err != nil || shown != "" {
		t.Errorf("%q, %v", shown, err)
	}
}

// The person's own set-up: no desktop, no ticket, and words that say so.
func TestAPersonWithoutATicketIsTold(t *testing.T) {
	at := start(t, &gateway{admit: tickets("Negotiate")})
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
