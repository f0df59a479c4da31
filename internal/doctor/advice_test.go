package doctor_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

// behind puts the machine behind a proxy, with a provider that it alone can reach.
func (m *machine) behind(ca *authority, proxy string) {
	m.certificate(ca.server(m.t, 99*24*time.Hour, "id.acme.test"))
	m.moveTo("https://id.acme.test")
	m.env["HTTPS_PROXY"] = proxy
}

// moveTo gives the provider another address.
func (m *machine) moveTo(issuer string) {
	m.site.mu.Lock()
	m.site.issuer = issuer
	m.site.mu.Unlock()
	m.config["issuer"] = quoted(issuer)
}

// certificate gives the provider another certificate, at a new address.
func (m *machine) certificate(conf *tls.Config) {
	m.site = newSite(m.t, conf)
	m.config["issuer"] = quoted(m.site.issuer)
}

// sealed stores something in the vault under the passphrase.
func (m *machine) sealed() string {
	m.t.Helper()
	dir := m.path(".local", "share", "latchkey")
	v := vault.New(vault.Config{
		Dir: dir, Kind: vault.File, Passphrase: secret.New(passphrase),
		Cost: vault.Cost{Time: 1, Memory: 8, Threads: 1},
	})
	if err := v.Save(context.Background(), []byte("sessions")); err != nil {
		m.t.Fatal(err)
	}
	return filepath.Join(dir, "vault")
}

// setAside does with the vault what a sign-in does before it stores.
func (m *machine) setAside() {
	m.t.Helper()
	dir := m.path(".local", "share", "latchkey")
	v := vault.New(vault.Config{
		Dir: dir, Kind: vault.File, Passphrase: secret.New(passphrase),
		Cost: vault.Cost{Time: 1, Memory: 8, Threads: 1},
	})
	release, err := v.Lock(context.Background())
	if err != nil {
		m.t.Fatal(err)
	}
	defer release()
	_, err = v.Load(context.Background())
	var aside *vault.SetAsideError
	if err := v.SetAside(err); !errors.As(err, &aside) {
		m.t.Fatal(err)
	}
}

// heldPort is a port that another program, this one, holds.
func heldPort(t *testing.T) (net.Listener, string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// closedPort is a port on which nobody listens, and nobody can: it is the near end
// of a connection.
func closedPort(t *testing.T) int {
	t.Helper()
	l, _ := heldPort(t)
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().(*net.TCPAddr).Port
}

// lastPort is below the range from which systems take ports by themselves.
var lastPort atomic.Int32

// freePort is a port that the program can have, and no other test.
func freePort(t *testing.T) string {
	t.Helper()
	for {
		port := strconv.Itoa(21000 + int(lastPort.Add(1)))
		if l, err := net.Listen("tcp4", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
}

// set-ups in which nothing is wrong pass in every point, over http and over TLS.
func TestASoundSetUp(t *testing.T) {
	ca := newAuthority(t)
	for name, conf := range map[string]*tls.Config{"http": nil, "tls": ca.server(t, 99*24*time.Hour, "127.0.0.1")} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, newSite(t, conf))
			if conf != nil {
				m.config["ca_file"] = quoted(m.write(ca.pem, "ca.pem"))
			}
			r := m.examine()
			for _, f := range r.Findings {
				if f.Status != doctor.Pass || f.Title == "" || f.Advice != "" {
					t.Errorf("%s", f.Line())
				}
			}
			for _, id := range []string{
				"settings", "policy", "provider", "proxy", "dns", "connection", "tls", "discovery", "issuer",
				"algorithms", "keys", "clock", "pkce", "refresh", "userinfo", "revocation", "logout", "device",
				"rfc9207", "loopback.ipv4", "loopback.ipv6", "port.any", "redirect", "client", "browser", "window",
				"folder", "keychain", "vault",
			} {
				if worst(r, id).ID == "" {
					t.Errorf("%s was not checked", id)
				}
			}
		})
	}
}

// Whatever is broken is found, and following the advice mends it.
func TestFollowingTheAdviceMendsIt(t *testing.T) {
	ca := newAuthority(t)
	for _, c := range breaks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var conf *tls.Config
			if c.tls {
				conf = ca.server(t, 99*24*time.Hour, "127.0.0.1")
			}
			m := newMachine(t, newSite(t, conf))
			if c.tls {
				m.config["ca_file"] = quoted(m.write(ca.pem, "ca.pem"))
			}
			mend := c.put(m, ca)
			id := c.id
			if id == "" {
				id = "port." + strings.SplitN(strings.Trim(m.config["redirect_ports"], "[]"), ",", 2)[0]
			}
			f := worst(m.examine(), id)
			if f.Status != c.status || !strings.Contains(f.Advice, c.advice) {
				t.Fatalf("found %+v, want %s with %q", f, c.status, c.advice)
			}
			mend()
			r := m.examine()
			// a port may be gone from the settings
			if f := worst(r, id); f.Status == doctor.Fail || f.Status == doctor.Warn || !r.OK {
				t.Errorf("after the advice was followed:\n%s", r.Text())
			}
		})
	}
}
