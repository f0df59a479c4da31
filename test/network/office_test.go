// Package network tests latchkeyctl in companies' networks: it signs in, renews and runs the doctor through every kind
// of proxy, and says who has to do what where it cannot. Only the proxies can reach the provider's name.
package network

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/idp"
)

// issuer has a name that only the proxies can resolve.
const issuer = "https://id.acme.test"

var ctl string

// quiet takes the log lines of handshakes that are meant to fail.
var quiet = log.New(io.Discard, "", 0)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "network-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctl = filepath.Join(dir, "latchkeyctl")
	build := exec.Command("go", "build", "-o", ctl, "app.latchkey/cmd/latchkeyctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// authority is a certificate authority.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

// server makes a server's configuration, for the provider's name and this computer's.
func (a *authority) server(t *testing.T) *tls.Config {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"id.acme.test", "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}}
}

// office is a person's computer in a company's network, and the provider outside.
type office struct {
	t    *testing.T
	ca   *authority
	idp  *idp.Provider
	at   string // host:port of the provider, for proxies
	home string
	env  map[string]string

	mu    sync.Mutex
	asked []string // paths of the provider
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, ca: newAuthority(t, "Acme Root"), home: t.TempDir()}
	o.idp = idp.Start(t, idp.Config{Lifetime: time.Hour, OnRequest: func(path string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asked = append(o.asked, path)
	}})
	behind, err := url.Parse(o.idp.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	o.idp.Issuer = issuer
	front := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(behind))
	front.Config.ErrorLog = quiet
	front.TLS = o.ca.server(t)
	front.StartTLS()
	t.Cleanup(front.Close)
	o.at = front.Listener.Addr().String()
	ca := o.write("ca.pem", string(o.ca.pem))
	o.env = map[string]string{
		"HOME": o.home, "PATH": o.home + ":" + os.Getenv("PATH"), "XDG_RUNTIME_DIR": o.home,
		"BROWSER": o.write("visit", "#!/bin/sh\nexec curl -sL -o /dev/null --noproxy '*' --cacert "+ca+
			" --connect-to id.acme.test:443:"+o.at+" \"$1\"\n"),
		"LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": idp.ClientID, "LATCHKEY_CA_FILE": ca,
		"LATCHKEY_STORE": "file", "LATCHKEY_STORE_PASSPHRASE": "correct horse battery",
	}
	return o
}

// write writes a file in the home and gives its path.
func (o *office) write(name, text string) string {
	o.t.Helper()
	path := filepath.Join(o.home, name)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// did reports whether the provider was asked on that path.
func (o *office) did(path string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Contains(strings.Join(o.asked, " ")+" ", path+" ")
}

// run runs latchkeyctl, and gives what it printed and its exit code.
func (o *office) run(args ...string) (out, errs string, code int) {
	o.t.Helper()
	cmd := exec.Command(ctl, args...)
	cmd.Dir = o.home
	for name, value := range o.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		o.t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// finding is what the set-up check says under that name.
func (o *office) finding(id string) doctor.Finding {
	o.t.Helper()
	out, errs, _ := o.run("doctor", "--json")
	var r doctor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		o.t.Fatalf("%v: %s%s", err, out, errs)
	}
	for _, f := range r.Findings {
		if f.ID == id {
			return f
		}
	}
	return doctor.Finding{Title: "no such finding in: " + out}
}
