package settings

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/internal/secret"
)

// readNamed reads what settings name by path.
func (l *loader) readNamed(s *Settings) {
	if data, ok := l.named("ca_file", &s.CAFile); ok {
		data = bytes.ReplaceAll(data, []byte(mark), nil) // also between two files that were joined
		s.Provider.RootCAs = data
		l.authorities(s.CAFile, data)
	}
	l.clientCert(s)
	if data, ok := l.named("client_key_file", &s.ClientKeyFile); ok {
		// What is in it is judged when the client is made.
		s.Provider.ClientKey = secret.New(strings.TrimSpace(strings.TrimPrefix(string(data), mark)))
		if s.Provider.ClientSecret.IsZero() {
			l.keepClosed(s.ClientKeyFile, "the client's key")
		} else {
			l.blame("client_key_file", "client_secret is set too; keep one of the two")
		}
	}
	if data, ok := l.named("store_passphrase_file", &s.PassphraseFile); ok {
		s.Passphrase = secret.New(strings.TrimRight(strings.TrimPrefix(string(data), mark), "\r\n"))
		l.keepClosed(s.PassphraseFile, "the passphrase")
	}
}

// named reads the file that a setting names, if one does. A relative path is completed first: it is below the folder
// of the file that the setting stands in.
func (l *loader) named(key string, path *string) ([]byte, bool) {
	v, set := l.values[key]
	if !set {
		return nil, false
	}
	if v.source.File != "" && *path != "" && !filepath.IsAbs(*path) {
		*path = filepath.Join(filepath.Dir(v.source.File), *path)
	}
	data, err := readSmall(*path)
	if err != nil {
		l.blame(key, "%v", err)
	}
	return data, err == nil
}

// clientCert reads the certificate that a gateway demands, and its key.
func (l *loader) clientCert(s *Settings) {
	apart := l.has("client_cert_key_file")
	if apart && !l.has("client_cert_file") {
		l.blame("client_cert_key_file", "client_cert_file is missing")
	}
	pair, ok := l.named("client_cert_file", &s.ClientCertFile)
	if !ok {
		return
	}
	bears := s.ClientCertFile // the file that bears the key
	if apart {
		private, ok := l.named("client_cert_key_file", &s.ClientCertKeyFile)
		if !ok {
			return
		}
		bears, pair = s.ClientCertKeyFile, slices.Concat(pair, []byte("\n"), private)
	}
	pair = bytes.ReplaceAll(pair, []byte(mark), nil)
	if _, err := tls.X509KeyPair(pair, pair); err != nil {
		l.blame("client_cert_file", "%s", keyPairProblem(pair))
	}
	l.keepClosed(bears, "the key to client_cert_file")
	s.ClientCert = secret.New(string(pair))
}

// keyPairProblem says what is wrong with a certificate and its key.
func keyPairProblem(pair []byte) string {
	var kinds []string
	for block, rest := pem.Decode(pair); block != nil; block, rest = pem.Decode(rest) {
		kinds = append(kinds, block.Type)
	}
	has := func(kind string) bool {
		return slices.ContainsFunc(kinds, func(k string) bool { return strings.Contains(k, kind) })
	}
	switch {
	case len(kinds) == 0:
		return "no PEM is in the file; openssl pkcs12 -nodes makes PEM of a .p12 or .pfx file"
	case has("ENCRYPTED"), strings.Contains(string(pair), "Proc-Type: 4,ENCRYPTED"):
		return "the key is encrypted: take the passphrase off (openssl pkey), and keep the file to yourself"
	case !has("CERTIFICATE"):
		return "there is no certificate (-----BEGIN CERTIFICATE-----)"
	case !has("PRIVATE KEY"):
		return "there is no key (-----BEGIN PRIVATE KEY-----): add it, or set client_cert_key_file"
	}
	return "the certificate and the key do not belong together, or cannot be read"
}

// authorities looks at a PEM file of certificates. Those that cannot be read are passed over, as the system's own are.
func (l *loader) authorities(path string, data []byte) {
	found, unreadable := 0, 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if strings.Contains(block.Type, "PRIVATE KEY") {
			l.blame("ca_file", "%s holds a private key: it has no place there", path)
			return
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			unreadable++
		} else {
			found++
		}
	}
	switch {
	case found == 0:
		l.blame("ca_file", "%s holds no PEM certificate that can be read (-----BEGIN CERTIFICATE-----)", path)
	case unreadable > 0:
		l.warn("ca_file: %d certificates in %s cannot be read, and are passed over", unreadable, path)
	}
}
