package network

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/gateway"
)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// nobody is an address at which nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// answering is a proxy that answers every request with that status.
func answering(t *testing.T, status int) string {
	return "http://" + gateway.Start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://hotel.example/")
		w.WriteHeader(status)
	}))
}

// Where no way leads there, a person reads which proxy it is, who named it, and who has to do what; the set-up check
// blames the proxy, and not the provider.
func TestWhoHasToDoWhat(t *testing.T) {
	for name, c := range map[string]struct {
		put     func(o *office)
		code    string   // of the problem
		says    []string // in the words of latchkeyctl
		finding string   // of the set-up check, in its title or advice
	}{
		"a proxy that is not there": {func(o *office) {
			o.env["HTTPS_PROXY"] = "http://" + nobody(o.t)
		}, "proxy_unreachable", []string{"named by the environment", "does not answer"}, "Correct HTTPS_PROXY"},
		"a script's proxy wants a sign-in": {func(o *office) {
			o.gnome(script(o.t, gateway.Start(o.t, &gateway.Proxy{To: o.at, Admit: gateway.Basic("ada:pw")})))
		}, "proxy_signin", []string{
			"named by GNOME's settings, by http://", "“Acme gateway”", "Ask whoever runs this network",
			"LATCHKEY_PROXY) to http://name:password@127.0.0.1",
		}, "Set proxy (LATCHKEY_PROXY) to http://user:password@"},
		"a password that is wrong": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = "http://ada:s3cr3t@" +
				gateway.Start(o.t, &gateway.Proxy{To: o.at, Admit: gateway.Basic("ada:pw")})
		}, "proxy_signin", []string{"did not accept", "setting proxy"}, "Put the proxy's user and password"},
		"SOCKS wants a name": {func(o *office) {
			at, _ := gateway.Socks(o.t, o.at, "ada:pw")
			o.env["LATCHKEY_PROXY"] = "socks5://" + at
		}, "proxy_signin", []string{"socks5://name:password@"}, "The proxy wants a sign-in"},
		"a rule": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = answering(o.t, http.StatusForbidden)
		}, "proxy_refused", []string{"id.acme.test:443: HTTP 403", "itself was not asked", "Allow id.acme.test:443"},
			"Have id.acme.test:443 allowed at the proxy"},
		"a captive portal by status": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = answering(o.t, http.StatusNetworkAuthenticationRequired)
		}, "network_signin", []string{"Open any web page in your browser"}, "The network wants a sign-in"},
		"a captive portal by a redirect": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = answering(o.t, http.StatusFound)
		}, "network_signin", []string{"Open any web page in your browser"}, "Open any web page"},
		"a captive portal in the tunnel": {func(o *office) {
			page := gateway.Start(o.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("<html>Welcome to the hotel</html>"))
			}))
			o.env["LATCHKEY_PROXY"] = "http://" + gateway.Start(o.t, &gateway.Proxy{To: page})
		}, "network_signin", []string{"The proxy 127.0.0.1", "Open any web page in your browser"}, "Open any web page"},
		"a script that is not there": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = answering(o.t, http.StatusNotFound) + "/proxy.pac?key=s3cr3t"
		}, "proxy_script", []string{"/proxy.pac, named by the setting proxy, says no way: HTTP 404"}, "proxy script"},
		"a script that is broken": {func(o *office) {
			o.gnome("http://" + gateway.Start(o.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("<html>hotel</html>"))
			})) + "/p.pac")
		}, "proxy_script", []string{"named by GNOME's settings"}, "Tell whoever keeps the script"},
		"TLS inspection": {func(o *office) {
			o.env["HTTPS_PROXY"] = "http://" + gateway.Start(o.t, &gateway.Proxy{To: other(o.t, "Acme Inspection")})
		}, "tls", []string{
			"through the proxy 127.0.0.1", "issued by “Acme Inspection”", "ca_file (LATCHKEY_CA_FILE)",
		}, "set ca_file (LATCHKEY_CA_FILE)"},
		"an https proxy of another authority": {func(o *office) {
			o.env["LATCHKEY_PROXY"] = "https://" + other(o.t, "Acme Gateways")
		}, "proxy_certificate", []string{"issued by “Acme Gateways”", "ca_file"}, "own certificate is not trusted"},
		"an inspection without a proxy": {func(o *office) {
			o.env["LATCHKEY_ISSUER"] = "https://" + other(o.t, "Hotel Guests")
		}, "tls", []string{"without a proxy", "issued by “Hotel Guests”", "sign in to the network"}, "set ca_file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.env["LATCHKEY_STORE"] = "memory" // which costs no passphrase
			delete(o.env, "LATCHKEY_STORE_PASSPHRASE")
			c.put(o)
			out, errs, code := o.run("signin", "--timeout", "20s", "--json")
			var p struct {
				Error struct{ Code string }
			}
			if err := json.Unmarshal([]byte(out), &p); err != nil || code != 1 || p.Error.Code != c.code {
				t.Errorf("exit code %d, %v: %s%s", code, err, out, errs)
			}
			_, words, _ := o.run("signin", "--timeout", "20s")
			for _, want := range c.says {
				if !strings.Contains(words, want) {
					t.Errorf("%q is not said: %s", want, words)
				}
			}
			id := "proxy"
			if c.code == "tls" {
				id = "tls"
			}
			f := o.finding(id)
			if f.Status != doctor.Fail || !strings.Contains(f.Title+f.Advice, c.finding) {
				t.Errorf("doctor: %+v", f)
			}
			if strings.Contains(out+errs+words+f.Detail+f.Advice, "s3cr3t") {
				t.Errorf("a secret is shown: %s%s%s%+v", out, errs, words, f)
			}
		})
	}
}

// other is a server whose certificate is of another authority than the company's.
func other(t *testing.T, name string) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = newAuthority(t, name).server(t)
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// A refusal by the provider itself is not blamed on the proxy.
func TestAProvidersNoIsNotTheProxys(t *testing.T) {
	o := newOffice(t)
	o.env["HTTPS_PROXY"] = "http://" + gateway.Start(t, &gateway.Proxy{To: o.at})
	o.idp.SetOutage(true)
	if f := o.finding("proxy"); f.Status != doctor.Pass {
		t.Errorf("%+v", f)
	}
	if f := o.finding("discovery"); f.Status != doctor.Fail {
		t.Errorf("%+v", f)
	}
}

// A setting that names no proxy is refused before anything is asked, without its password.
func TestASettingThatIsNoProxy(t *testing.T) {
	o := newOffice(t)
	for _, bad := range []string{"ftp://ada:s3cr3t@proxy", "http://ada:s3cr3t@", "socks4://ada:s3cr3t@proxy"} {
		o.env["LATCHKEY_PROXY"] = bad
		_, errs, code := o.run("signin", "--timeout", "20s")
		_, shown, _ := o.run("config")
		if code != 2 || !strings.Contains(errs, "LATCHKEY_PROXY") || strings.Contains(errs+shown, "s3cr3t") {
			t.Errorf("%s: exit code %d: %s%s", bad, code, errs, shown)
		}
	}
	o.env["LATCHKEY_PROXY"] = "http://ada:s3cr3t@proxy.example:3128"
	out, _, code := o.run("config")
	if code != 0 || !strings.Contains(out, "http://ada:[redacted]@proxy.example:3128") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
