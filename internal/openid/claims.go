package openid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose members are found by their exact names.
// encoding/json would take AUD for aud.
type object map[string]json.RawMessage

// parseObject reads one JSON object and nothing after it. A member that stands
// twice gives ErrDoubledClaim (RFC 7519 §4): two readers could disagree.
func parseObject(data []byte) (object, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrDocument)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%w: not a JSON object", ErrDocument)
	}
	out := object{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: broken JSON", ErrDocument)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("%w: broken JSON", ErrDocument)
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%w: %s", ErrDoubledClaim, clean(name, 40))
		}
		out[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%w: broken JSON", ErrDocument)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something stands after the JSON object", ErrDocument)
	}
	return out, nil
}

func (o object) has(name string) bool {
	v, ok := o[name]
	return ok && string(v) != "null"
}

// text returns a string member; "" when it is absent or no string.
func (o object) text(name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return s
}

// flag returns a boolean member, given as such or as the string "true" (Cognito).
func (o object) flag(name string) bool {
	var b bool
	if json.Unmarshal(o[name], &b) == nil {
		return b
	}
	return o.text(name) == "true"
}

// texts returns a member that is a string or an array of strings.
func (o object) texts(name string) ([]string, bool) {
	if !o.has(name) {
		return nil, false
	}
	var many []string
	if json.Unmarshal(o[name], &many) == nil {
		return many, true
	}
	var one string
	if json.Unmarshal(o[name], &one) == nil {
		return []string{one}, true
	}
	return nil, false
}

// date returns a NumericDate (RFC 7519 §2), which may have a fraction.
func (o object) date(name string) (time.Time, bool) {
	var n float64
	if !o.has(name) || json.Unmarshal(o[name], &n) != nil || math.IsNaN(n) || n < 0 || n > 1<<40 {
		return time.Time{}, false
	}
	whole, part := math.Modf(n)
	return time.Unix(int64(whole), int64(part*1e9)), true
}
