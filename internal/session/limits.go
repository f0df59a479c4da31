package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// The most that the claims of one session may be. Package openid refuses more when a provider's answer comes in, and
// [Encode] refuses it again, so that nothing is stored which cannot be read back or drawn.
const (
	// MaxClaimBytes is the size of all claims of a session as JSON text, in bytes.
	MaxClaimBytes = 1 << 20
	// MaxClaimDepth is how many arrays and objects may stand within each other.
	// encoding/json gives up at 10,000; people's claims need three or four.
	MaxClaimDepth = 100
	// MaxClaimMembers counts the values of all claims, those within arrays and objects included.
	MaxClaimMembers = 200_000
	// MaxBookBytes is the size of an encoded book: as much as a vault's file can hold.
	MaxBookBytes = 64<<20 - 8<<10
	// MaxSessionBytes is the room that one session may take in an encoded book: three
	// tokens from answers of at most 1 MiB each, the claims, and the tokens of [MaxAPIs] APIs.
	MaxSessionBytes = 5 << 20
	// MaxFaceBytes is the size of a picture that is kept, as a data: URL with its address.
	MaxFaceBytes = 136 << 10
	// MaxTyped is the longest that is kept of what a person typed, in bytes: an email
	// address has at most 254 (RFC 5321 §4.5.3.1.3).
	MaxTyped = 254
)

// ErrTooLarge means that what is to be stored is larger, deeper or has more members than could be read back.
var ErrTooLarge = errors.New("session: more than can be stored")

// CheckClaims returns nil when the claims are within [MaxClaimBytes], [MaxClaimDepth] and [MaxClaimMembers], and an
// error that matches [ErrTooLarge] and names the measure otherwise. It reads each byte once and does not recurse.
func CheckClaims(claims map[string]json.RawMessage) error {
	size, members := 0, len(claims)
	for name, raw := range claims {
		size += len(name) + len(raw)
		depth, values := measure(raw)
		members += values
		if depth > MaxClaimDepth {
			return fmt.Errorf("%w: a claim is nested %d levels deep, and %d are the most", ErrTooLarge, depth,
				MaxClaimDepth)
		}
	}
	switch {
	case size > MaxClaimBytes:
		return fmt.Errorf("%w: %d bytes of claims, and %d are the most", ErrTooLarge, size, MaxClaimBytes)
	case members > MaxClaimMembers:
		return fmt.Errorf("%w: %d values in the claims, and %d are the most", ErrTooLarge, members, MaxClaimMembers)
	}
	return nil
}

// measure returns how deep a JSON value is nested, and how many values stand within it. It judges brackets and commas
// outside strings; whether it is JSON at all is the decoder's to say.
func measure(raw []byte) (depth, values int) {
	now, inString := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			now++
			depth, values = max(depth, now), values+1
		case c == ']' || c == '}':
			now--
		case c == ',':
			values++
		}
	}
	return depth, values
}

// encoder writes JSON without the escapes for HTML, which make six bytes of one.
func encoder(out *bytes.Buffer) *json.Encoder {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc
}
