package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

const hostileName = "id\x1b[2J\x1b]0;owned\x07\n\rYou are signed in\x7f.example"

// hostileSite is a server whose certificate has a name with characters that move a terminal's cursor.
func hostileSite(t *testing.T) (address, caFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: hostileName + "\u202e\u009b"},
		DNSNames: []string{hostileName},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(http.NotFoundHandler())
	site.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	site.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	site.StartTLS()
	t.Cleanup(site.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	// as Notepad saves it
	data := append([]byte("\ufeff"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(caFile, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return site.URL, caFile
}

// odd are characters that must reach no terminal.
func odd(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 ||
		strings.ContainsRune("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", r)
}

// -v and doctor print a certificate's name without the characters that move the cursor, and the name cannot begin a
// line of its own.
func TestACertificatesNameOnATerminal(t *testing.T) {
	address, caFile := hostileSite(t)
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "LATCHKEY_ISSUER": address,
		"LATCHKEY_CLIENT_ID": "desk",
		"LATCHKEY_STORE":     "memory", "LATCHKEY_CA_FILE": caFile, "BROWSER": "true",
	} {
		t.Setenv(name, value)
	}
	for _, args := range [][]string{{"signin", "-v"}, {"signin", "-v", "--json"}, {"doctor"}, {"doctor", "--json"}} {
		var out, errs strings.Builder
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		code := run(ctx, args, strings.NewReader(""), &out, &errs)
		stop()
		text := out.String() + errs.String()
		if code != exitFailed || !strings.Contains(text, "owned") && !strings.Contains(text, "certificate") {
			t.Errorf("%q: exit code %d: %s", args, code, text)
		}
		if i := strings.IndexFunc(text, odd); i >= 0 {
			t.Errorf("%q: %q", args, text[max(0, i-60):min(len(text), i+20)])
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "You are signed in") {
				t.Errorf("%q: a line of the attacker's: %s", args, line)
			}
		}
	}
}

// --json escapes what a terminal would obey, and the value stays equal.
func TestJSONEscapesWhatATerminalObeys(t *testing.T) {
	const name = "Ada\u009b31m\u202e\u2066\u200b\x7f"
	var out strings.Builder
	c := &command{stdout: &out}
	p := account.Account{
		Key:     session.Key{Issuer: "https://id.example", Subject: "s\u202e"},
		Profile: session.Profile{Name: "Ada", Email: name},
	}
	if err := c.object(profileOf(p)); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(out.String(), odd) {
		t.Errorf("%q", out.String())
	}
	var back profile
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back.Email != name ||
		back.Subject != "s\u202e" {
		t.Errorf("%v %+v", err, back)
	}
}

// A name of invisible characters counts as missing.
func TestWhoIsSomebodyThatCanBeSeen(t *testing.T) {
	p := account.Account{
		Key: session.Key{Subject: "4711"}, Profile: session.Profile{Name: "\u3164\u200b", Email: "ada@acme.example"},
	}
	if got := who(p); got != "ada@acme.example" {
		t.Errorf("%q", got)
	}
	p.Profile.Email = "\u202e"
	if got := who(p); got != "4711" {
		t.Errorf("%q", got)
	}
}
