package claims

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/internal/cleantext"
)

// text returns a JSON string, trimmed; "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// texts returns a JSON list of strings; nil for anything else.
func texts(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// maxWord is the longest that one name, such as that of an organization, is shown, in characters.
const maxWord = 200

// word returns a JSON string fit to be shown on one line; "" for anything else.
func word(raw json.RawMessage) string { return cleantext.Line(text(raw), maxWord) }

// Listed is how many members of a list are shown.
const Listed = 20

// Shown cuts a list to its first [Listed] members, with how many more there are as the last: "and 109,980 more".
func Shown(list []string) []string {
	if len(list) <= Listed {
		return list
	}
	return append(slices.Clone(list[:Listed]), fmt.Sprintf("and %s more", thousands(len(list)-Listed)))
}

// thousands writes a number with commas.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// joined is a list in one text, cut as [Shown] cuts it.
func joined(list []string) string { return strings.Join(Shown(list), ", ") }

// many returns a list, or one text as a list of one.
func many(raw json.RawMessage) []string {
	if s := text(raw); s != "" {
		return []string{s}
	}
	return texts(raw)
}

// object returns the members of a JSON object; nil for anything else.
func object(raw json.RawMessage) Claims {
	var out Claims
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

// member returns a member of a JSON object; nil when there is none.
func member(raw json.RawMessage, name string) json.RawMessage { return object(raw)[name] }

// names returns the names of an object's members.
func names(raw json.RawMessage) []string { return slices.Sorted(maps.Keys(object(raw))) }

// date reads a NumericDate (RFC 7519 §2); zero for anything else, and for what can be no time of a sign-in.
func date(raw json.RawMessage) time.Time {
	var n float64
	if json.Unmarshal(raw, &n) != nil || math.IsNaN(n) || n < 1 || n > 1<<36 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}
