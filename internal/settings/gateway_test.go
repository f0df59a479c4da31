package settings_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pair is a certificate and its key in PEM.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, data []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", secret)
}

// The certificate for a gateway, in one file or in two, and every way in which it cannot be one.
func TestTheCertificateForAGateway(t *testing.T) {
	cert, key := pair(t)
	_, others := pair(t)
	const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
	const one = `client_cert_file = "gw.pem"`
	const two = one + "\nclient_cert_key_file = \"gw-key.pem\""
	for name, c := range map[string]struct{ toml, cert, key, want string }{
		"both in one file":       {one, "\ufeff" + key + cert, "", ""},
		"two files":              {two, cert, "\ufeff" + key, ""},
		"no key":                 {one, cert, "", "there is no key"},
		"no certificate":         {one, key, "", "there is no certificate"},
		"another's key":          {two, cert, others, "do not belong together"},
		"an encrypted key":       {one, cert + encrypted, "", "encrypted"},
		"PKCS #12":               {one, "\x30\x82\x01", "", "pkcs12"},
		"no file":                {one, "", "", "gw.pem"},
		"no key's file":          {two, cert, "", "gw-key.pem"},
		"a key and nothing else": {`client_cert_key_file = "gw-key.pem"`, "", key, "client_cert_file is missing"},
	} {
		files := map[string]string{"config/config.toml": c.toml}
		if c.cert != "" {
			files["config/gw.pem"] = c.cert
		}
		if c.key != "" {
			files["config/gw-key.pem"] = c.key
		}
		s, _, err := load(t, files, nil, nil)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), key[30:60]) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		both := []byte(s.ClientCert.Reveal())
		if _, fault := tls.X509KeyPair(both, both); err != nil || fault != nil {
			t.Errorf("%s: %v, %v", name, err, fault)
		}
	}
}

// A warning says that others can read the file with the proxy's password, or the key.
func TestSecretsOfTheWayThatOthersCanRead(t *testing.T) {
	cert, key := pair(t)
	before, dir, err := load(t, map[string]string{
		"config/config.toml": "proxy = \"http://ada:s3cr3t@proxy.example:3128\"\nclient_cert_file = \"gw.pem\"",
		"config/gw.pem":      cert + key,
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.toml", "gw.pem"} {
		if err := os.Chmod(filepath.Join(dir, "config", name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := before.Reload()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"holds the proxy's password", "holds the key to client_cert_file"} {
		if said := strings.Join(s.Warnings, "\n"); !strings.Contains(said, want) || strings.Contains(said, "s3cr3t") {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	for _, v := range s.Values() {
		masked := v.Key != "proxy" || v.Text == "http://ada:[redacted]@proxy.example:3128"
		if !masked || strings.Contains(v.Text, "s3cr3t") {
			t.Errorf("%s is shown as %s", v.Key, v.Text)
		}
	}
}
