package openid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose members are found by their exact names. encoding/json ignores case: it would read a
// member AUD as aud.
type object map[string]json.RawMessage

// mark is a byte order mark, which is no content (RFC 8259 §8.1).
const mark = "\xef\xbb\xbf"

// parseObject reads one JSON object and nothing after it. A member that occurs twice gives [ErrDoubledClaim] (RFC 7519
// §4), because two programs could read different values. A member that is null counts as absent.
func parseObject(data []byte) (object, error) {
	out, twice, err := readObject(data)
	if err == nil && len(twice) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrDoubledClaim, clean(twice[0], 40))
	}
	return out, err
}

// readObject is [parseObject] for a document of which not every member is used: it returns the names of the members
// that stand twice.
func readObject(data []byte) (o object, twice []string, err error) {
	data = bytes.TrimPrefix(data, []byte(mark))
	if !utf8.Valid(data) {
		return nil, nil, fmt.Errorf("%w: not UTF-8", ErrDocument)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("%w: %w", ErrDocument, noObject(data))
	}
	broken := fmt.Errorf("%w: %w", ErrDocument, ErrBrokenJSON)
	out, seen := object{}, map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil {
			return nil, nil, broken
		}
		if seen[name] && len(twice) < 100 {
			twice = append(twice, name)
		}
		seen[name] = true
		if string(value) != "null" {
			out[name] = value
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil, broken
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, fmt.Errorf("%w: something stands after the JSON object", ErrDocument)
	}
	return out, twice, nil
}

// noObject says what stands in the place of a JSON object.
func noObject(data []byte) error {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return errors.New("it is empty")
	case data[0] == '<':
		return ErrWebPage
	case json.Valid(data) && data[0] == '[':
		return errors.New("it is a list, not a JSON object")
	case json.Valid(data):
		return errors.New("it is JSON, but no object")
	}
	return ErrBrokenJSON
}

func (o object) has(name string) bool {
	_, ok := o[name]
	return ok
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

// typeName is what people call the type of a JSON value.
func typeName(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		return "a text"
	case '{':
		return "an object"
	case '[':
		return "a list of something else"
	case 't', 'f':
		return "true or false"
	}
	return "a number"
}

// kindOf says why a member is no text with content, without its value.
func kindOf(raw json.RawMessage) string {
	switch {
	case len(raw) == 0:
		return "missing"
	case raw[0] == '"':
		return "empty"
	case raw[0] == '[':
		return "a list"
	}
	return typeName(raw)
}

// texts returns a member that is a string or an array of strings.
func (o object) texts(name string) ([]string, bool) {
	if !o.has(name) {
		return nil, false
	}
	var many []*string
	if json.Unmarshal(o[name], &many) == nil {
		out := []string{}
		for _, one := range many {
			if one != nil { // null is absent
				out = append(out, *one)
			}
		}
		return out, true
	}
	var one string
	if json.Unmarshal(o[name], &one) == nil {
		return []string{one}, true
	}
	return nil, false
}

// date returns a NumericDate (RFC 7519 §2), which may have a fraction; ok is false when the member is absent. The error
// matches [ErrTimeClaim] and says why a member is no such date.
func (o object) date(name string) (at time.Time, ok bool, err error) {
	if !o.has(name) {
		return time.Time{}, false, nil
	}
	var n float64
	switch err := json.Unmarshal(o[name], &n); {
	case err != nil:
		return at, false, fmt.Errorf("%w: %s is %s, not a number of seconds", ErrTimeClaim, name, typeName(o[name]))
	case n >= milliseconds && n < 1000*milliseconds:
		return at, false, fmt.Errorf("%w: %s is in milliseconds, not in seconds", ErrTimeClaim, name)
	case n < 0, n >= milliseconds:
		return at, false, fmt.Errorf("%w: %s is no time in seconds", ErrTimeClaim, name)
	}
	whole, part := math.Modf(n)
	return time.Unix(int64(whole), int64(part*1e9)), true, nil
}

// milliseconds is the first number that is taken for milliseconds: read as milliseconds it is a day in
// 2001, read as seconds it lies in the year 33,658.
const milliseconds = 1e12
