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
	if v, ok := l.values["ca_file"]; ok {
		s.CAFile = beside(v.source, s.CAFile)
		s.Provider.RootCAs = l.authorities(v.source, s.CAFile)
	}
	l.clientCert(s)
	l.clientKey(s)
	if v, ok := l.values["store_passphrase_file"]; ok {
		s.PassphraseFile = beside(v.source, s.PassphraseFile)
		data, err := readSmall(s.PassphraseFile)
		if err != nil {
			l.fail(v.source, "store_passphrase_file", err.Error())
		} else if openToOthers(s.PassphraseFile) {
			l.warn("%s holds the passphrase and others can read it: chmod 600 %s", s.PassphraseFile, s.PassphraseFile)
		}
		s.Passphrase = secret.New(strings.TrimRight(strings.TrimPrefix(string(data), mark), "\r\n"))
	}
}

// clientKey reads the file with the client's private key. What is in it is judged when the client is made.
func (l *loader) clientKey(s *Settings) {
	v, ok := l.values["client_key_file"]
	if !ok {
		return
	}
	s.ClientKeyFile = beside(v.source, s.ClientKeyFile)
	data, err := readSmall(s.ClientKeyFile)
	switch {
	case err != nil:
		l.fail(v.source, "client_key_file", err.Error())
	case !s.Provider.ClientSecret.IsZero():
		l.fail(v.source, "client_key_file", "client_secret is set too; keep one of the two")
	case openToOthers(s.ClientKeyFile):
		l.warn("%s holds the client's key and others can read it: chmod 600 %s", s.ClientKeyFile, s.ClientKeyFile)
	}
	s.Provider.ClientKey = secret.New(strings.TrimSpace(strings.TrimPrefix(string(data), mark)))
}

// authorities reads a file of certificates.
func (l *loader) authorities(source Source, path string) []byte {
	data, err := readSmall(path)
	if err != nil {
		l.fail(source, "ca_file", err.Error())
		return nil
	}
	data = bytes.ReplaceAll(data, []byte(mark), nil) // also between two files that were joined
	problem, unreadable := certificates(data)
	if problem != "" {
		l.fail(source, "ca_file", path+" "+problem)
	}
	if unreadable > 0 {
		l.warn("ca_file: %d certificates in %s cannot be read, and are passed over", unreadable, path)
	}
	return data
}

// clientCert reads the certificate that a gateway demands, and its key.
func (l *loader) clientCert(s *Settings) {
	source, set := l.values["client_cert_file"]
	key, apart := l.values["client_cert_key_file"]
	if apart && !set {
		l.fail(key.source, "client_cert_key_file", "client_cert_file is missing")
	}
	if !set {
		return
	}
	s.ClientCertFile = beside(source.source, s.ClientCertFile)
	cert, err := readSmall(s.ClientCertFile)
	if err != nil {
		l.fail(source.source, "client_cert_file", err.Error())
		return
	}
	bears, pair := s.ClientCertFile, cert // the file that bears the key
	if apart {
		s.ClientCertKeyFile = beside(key.source, s.ClientCertKeyFile)
		bears = s.ClientCertKeyFile
		private, err := readSmall(bears)
		if err != nil {
			l.fail(key.source, "client_cert_key_file", err.Error())
			return
		}
		pair = slices.Concat(cert, []byte("\n"), private)
	}
	pair = bytes.ReplaceAll(pair, []byte(mark), nil)
	if _, err := tls.X509KeyPair(pair, pair); err != nil {
		l.fail(source.source, "client_cert_file", keyPairProblem(pair))
	}
	if openToOthers(bears) {
		l.warn("%s holds the key to client_cert_file and others can read it: chmod 600 %s", bears, bears)
	}
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

// beside resolves a relative path against the folder of the file that it stands in.
func beside(s Source, path string) string {
	if s.File == "" || path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(s.File), path)
}

// certificates returns what is wrong with a PEM file of certificates, and how many of
// them cannot be read: those are passed over, as the system's own are.
func certificates(data []byte) (problem string, unreadable int) {
	found := 0
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return "holds a private key: it has no place there", 0
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			unreadable++
			continue
		}
		found++
	}
	if found == 0 {
		return "holds no PEM certificate that can be read (-----BEGIN CERTIFICATE-----)", 0
	}
	return "", unreadable
}
