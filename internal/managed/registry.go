package managed

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// The types of values in the registry that a policy may have, and those that people write by mistake.
const (
	regSZ       = 1
	regExpandSZ = 2
	regDWORD    = 4
	regMultiSZ  = 7
	regQWORD    = 11
)

// decoded makes a value of what stands in the registry. The second value is why it cannot be used.
func decoded(kind uint32, data []byte) (any, string) {
	switch kind {
	case regSZ:
		text, rest, problem := firstText(data)
		if problem == "" && len(strings.Trim(rest, "\x00")) > 0 {
			problem = "it has text behind its end"
		}
		return text, problem
	case regMultiSZ:
		return manyTexts(data)
	case regDWORD:
		if len(data) != 4 {
			return nil, "it is no whole REG_DWORD"
		}
		return uint64(binary.LittleEndian.Uint32(data)), ""
	case regQWORD:
		if len(data) != 8 {
			return nil, "it is no whole REG_QWORD"
		}
		return binary.LittleEndian.Uint64(data), ""
	case regExpandSZ:
		return nil, "it is a REG_EXPAND_SZ, whose variables the person could set: write the value out as a REG_SZ"
	}
	return nil, fmt.Sprintf("it is of type %d: a REG_SZ, REG_MULTI_SZ or REG_DWORD is needed", kind)
}

// firstText is the text up to its end mark, and what follows.
func firstText(data []byte) (text, rest string, problem string) {
	if len(data)%2 != 0 {
		return "", "", "its text is cut in the middle of a character"
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i < len(data); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(data[i:]))
	}
	all := string(utf16.Decode(units))
	if strings.ContainsRune(all, '\uFFFD') {
		return "", "", "it has characters that are none"
	}
	text, rest, _ = strings.Cut(all, "\x00")
	return text, rest, ""
}

// manyTexts are the texts of a REG_MULTI_SZ. Empty lines, which the editor of policies leaves at the end, are none.
func manyTexts(data []byte) (any, string) {
	text, rest, problem := firstText(data)
	out := []any{}
	for _, one := range strings.Split(text+"\x00"+rest, "\x00") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out, problem
}
