// Package plists reads a property list of settings, as a configuration profile leaves it, in Apple's XML or binary
// form. It knows no settings. It reads what it is given, or the file that it is told, and touches nothing else.
package plists

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"howett.net/plist"
)

// ReadFile reads the file of that path as [Read] does, if it is there; trusted says why a file must not be read.
func ReadFile(path string, trusted func(*os.File) error, size int64, count int) (values map[string]any,
	unfit map[string]string, found bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, false, nil
	}
	if err != nil {
		return nil, nil, true, fmt.Errorf("it cannot be read: %w", errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	if err := trusted(f); err != nil {
		return nil, nil, true, err
	}
	values, unfit, err = Read(f, size, count)
	return values, unfit, true, err
}

// Read reads a property list of at most size bytes and count members. The values are strings, bools, uint64, []any of
// strings and uint64, and map[string]any of strings; unfit says of each other member why it is none of these. What a
// profile says of itself (PayloadUUID and the like) is left out.
func Read(r io.Reader, size int64, count int) (values map[string]any, unfit map[string]string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, size+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("it cannot be read: %w", err)
	case int64(len(data)) > size:
		return nil, nil, fmt.Errorf("it is larger than %d KiB: no policy is so large", size>>10)
	case !known(data):
		return nil, nil, errors.New("it is no property list: neither Apple's XML nor its binary form")
	}
	var members map[string]member
	if _, err := plist.Unmarshal(data, &members); err != nil {
		return nil, nil, errors.New("it is no property list with a dictionary of settings: it is damaged, or of " +
			"another form")
	}
	if len(members) > count {
		return nil, nil, fmt.Errorf("it has more than %d values: no policy has so many", count)
	}
	values, unfit = map[string]any{}, map[string]string{}
	for name, m := range members {
		switch {
		case strings.HasPrefix(name, "Payload"):
		case m.value == nil:
			unfit[name] = "it is no text, number, list of these, true, false or dictionary of texts"
		default:
			values[name] = m.value
		}
	}
	return values, unfit, nil
}

// known reports whether data begins as one of the two forms that macOS writes. The library reads older ones too, whose
// numbers and texts are the same.
func known(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(data, []byte("bplist0")) || bytes.HasPrefix(text, []byte("<?xml")) ||
		bytes.HasPrefix(text, []byte("<!DOCTYPE plist")) || bytes.HasPrefix(text, []byte("<plist"))
}

// member is one value. It is read as one of few shallow types, and so it cannot grow beyond the file: members of a
// binary list may stand for the same list many times over.
type member struct{ value any }

// UnmarshalPlist implements [plist.Unmarshaler]. A value of no type that is known leaves nil, and is no error.
func (m *member) UnmarshalPlist(unmarshal func(any) error) error {
	if m.value = single(unmarshal); m.value != nil {
		return nil
	}
	var list []element
	if unmarshal(&list) == nil {
		m.value = elements(list)
		return nil
	}
	var table map[string]element
	if unmarshal(&table) == nil {
		m.value = texts(table)
	}
	return nil
}

// element is a member of a list or a dictionary: a single value, or nil.
type element struct{ value any }

// UnmarshalPlist implements [plist.Unmarshaler].
func (e *element) UnmarshalPlist(unmarshal func(any) error) error {
	e.value = single(unmarshal)
	return nil
}

// single reads a text, a truth value or a whole number that is not negative; else nil.
func single(unmarshal func(any) error) any {
	var text string
	var truth bool
	var number int64
	switch {
	case unmarshal(&text) == nil:
		return text
	case unmarshal(&truth) == nil:
		return truth
	case unmarshal(&number) == nil && number >= 0:
		return uint64(number)
	}
	return nil
}

// elements are the texts and numbers of a list; nil when one is neither.
func elements(list []element) any {
	out := []any{}
	for _, e := range list {
		switch e.value.(type) {
		case string, uint64:
			out = append(out, e.value)
		default:
			return nil
		}
	}
	return out
}

// texts are the members of a dictionary of texts; nil when one is none.
func texts(table map[string]element) any {
	out := map[string]any{}
	for name, e := range table {
		text, ok := e.value.(string)
		if !ok {
			return nil
		}
		out[name] = text
	}
	return out
}
