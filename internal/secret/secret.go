// Package secret holds a string that must never be printed.
//
// It is the one place where Latchkey wraps tokens, client secrets and passphrases. A [Secret] redacts itself wherever
// Go formats, logs or encodes a value without being asked: fmt in every verb, log/slog, encoding/json and
// encoding.TextMarshaler. The only way to the text is [Secret.Reveal], so that every use is found by one search.
//
// It does not protect memory: a process of the same user that can read this one's memory can read a Secret. It
// touches nothing: no network, no disk.
package secret

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
)

// redacted stands wherever a Secret is printed.
const redacted = "[redacted]"

// ErrMarshal is returned by every encoder that is handed a Secret. Code that must persist one calls [Secret.Reveal]
// and says so.
var ErrMarshal = errors.New("secret: refusing to encode a secret; call Reveal where it is meant")

// Secret is a string that redacts itself. The zero value is the absent secret. Compare two with [Secret.Equal], not
// with ==.
type Secret struct {
	// A pointer, since fmt prints the unexported field of a struct without asking
	// the methods of its type: it then prints an address.
	text *string
}

// New wraps text. An empty text gives the absent secret.
func New(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal compares two secrets in time that depends on their lengths only.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns "[redacted]", or "" for the absent secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString redacts %#v.
func (s Secret) GoString() string { return "secret.Secret(" + s.String() + ")" }

// Format redacts every verb: %x would otherwise print the text's bytes.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = f.Write([]byte(text))
}

// LogValue redacts the secret in log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON always fails with [ErrMarshal].
func (s Secret) MarshalJSON() ([]byte, error) { return nil, ErrMarshal }

// MarshalText always fails with [ErrMarshal].
func (s Secret) MarshalText() ([]byte, error) { return nil, ErrMarshal }

// GobEncode always fails with [ErrMarshal].
func (s Secret) GobEncode() ([]byte, error) { return nil, ErrMarshal }
