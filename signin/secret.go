package signin

import (
	"fmt"
	"log/slog"

	"app.latchkey/internal/secret"
)

// Secret is a text that does not print itself: fmt, log/slog and encoding/json get "[redacted]" or an error. The zero
// value is the absent secret.
type Secret struct{ text secret.Secret }

// Reveal returns the text itself.
func (s Secret) Reveal() string { return s.text.Reveal() }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text.IsZero() }

// String returns "[redacted]", or "" for the absent secret.
func (s Secret) String() string { return s.text.String() }

// GoString redacts the verb %#v.
func (s Secret) GoString() string { return "signin.Secret(" + s.String() + ")" }

// Format redacts every verb.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = f.Write([]byte(text))
}

// LogValue redacts the secret in log/slog.
func (s Secret) LogValue() slog.Value { return s.text.LogValue() }

// MarshalJSON always fails.
func (s Secret) MarshalJSON() ([]byte, error) { return s.text.MarshalJSON() }

// MarshalText always fails.
func (s Secret) MarshalText() ([]byte, error) { return s.text.MarshalText() }
