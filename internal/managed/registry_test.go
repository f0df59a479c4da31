package managed

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
)

// wide is text as the registry keeps it, with its end marks written out.
func wide(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func TestValuesOfTheRegistry(t *testing.T) {
	for name, c := range map[string]struct {
		kind uint32
		data []byte
		want any
	}{
		"text":               {regSZ, wide("okta\x00"), "okta"},
		"text without end":   {regSZ, wide("okta"), "okta"},
		"two end marks":      {regSZ, wide("okta\x00\x00"), "okta"},
		"empty text":         {regSZ, nil, ""},
		"beyond 16 bits":     {regSZ, wide("Ä 𝄞\x00"), "Ä 𝄞"},
		"number":             {regDWORD, []byte{1, 0, 0, 0}, uint64(1)},
		"large number":       {regQWORD, []byte{0, 0, 0, 0, 1, 0, 0, 0}, uint64(1) << 32},
		"texts":              {regMultiSZ, wide("openid\x00email\x00\x00"), []any{"openid", "email"}},
		"texts without ends": {regMultiSZ, wide("openid\x00email"), []any{"openid", "email"}},
		"empty lines":        {regMultiSZ, wide("openid\x00 \x00email \x00\x00"), []any{"openid", "email"}},
		"no texts":           {regMultiSZ, nil, []any{}},
	} {
		got, problem := decoded(c.kind, c.data)
		if problem != "" || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v %q", name, got, problem)
		}
	}
}

func TestHostileValuesOfTheRegistry(t *testing.T) {
	for name, c := range map[string]struct {
		kind uint32
		data []byte
		want string
	}{
		"text behind the end":  {regSZ, wide("https://a.example\x00https://b.example\x00"), "behind its end"},
		"half a character":     {regSZ, []byte{'o', 0, 'k'}, "cut"},
		"half a pair":          {regSZ, []byte{0x34, 0xd8, 0, 0}, "characters that are none"},
		"variables":            {regExpandSZ, wide(`%TEMP%\ca.pem` + "\x00"), "REG_EXPAND_SZ"},
		"bytes":                {3, []byte{1}, "type 3"},
		"a link":               {6, wide(`\Registry\User`), "type 6"},
		"half a number":        {regDWORD, []byte{1}, "REG_DWORD"},
		"half a large number":  {regQWORD, []byte{1, 0, 0, 0}, "REG_QWORD"},
		"texts, cut":           {regMultiSZ, []byte{'o'}, "cut"},
		"a type that is none":  {4711, nil, "type 4711"},
		"a number's other end": {5, []byte{0, 0, 0, 1}, "type 5"},
	} {
		if _, problem := decoded(c.kind, c.data); !strings.Contains(problem, c.want) {
			t.Errorf("%s: %q", name, problem)
		}
	}
}

func FuzzDecoded(f *testing.F) {
	f.Add(uint32(regMultiSZ), wide("a\x00b\x00\x00"))
	f.Fuzz(func(t *testing.T, kind uint32, data []byte) {
		value, problem := decoded(kind, data)
		if text, _ := value.(string); problem == "" && strings.ContainsRune(text, 0) {
			t.Errorf("%q", text)
		}
	})
}
