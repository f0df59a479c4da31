package settings

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"strings"

	"app.latchkey/internal/secret"
)

// readNamed reads what settings name by path.
func (l *loader) readNamed(s *Settings) {
	if v, ok := l.values["ca_file"]; ok {
		s.CAFile = beside(v.source, s.CAFile)
		s.Provider.RootCAs = l.authorities(v.source, s.CAFile)
	}
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
