// Package cleantext makes text from outside fit to be shown: on a terminal, in the window, in a log and in JSON.
//
// Providers, certificates, web pages and other programs write such text. It may move a terminal's cursor (C0 and C1
// controls), turn the direction of the words around it (bidirectional controls), or show as nothing (invisible
// characters). [Line] and [Text] take such characters out. [JSON] escapes them instead, so that the value stays the
// same. [Visible] reports whether anything is left to see.
//
// The package does not find secrets and does not escape markup: [app.latchkey/internal/logfile]
// does the one, and the frontend never builds markup of data. It touches nothing.
package cleantext

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Persian and Indic names, and many emoji, are written with these two, which [unicode.IsPrint] does not know.
const nonJoiner, joiner = '\u200c', '\u200d'

// blank are characters that [unicode.IsPrint] knows and that show as nothing: the
// fillers of Hangul, an empty pattern of Braille, a note without a head.
var blank = []rune{'\u115f', '\u1160', '\u3164', '\uffa0', '\u2800', '\u17b4', '\u17b5', '\U0001d159'}

// harmless reports whether r may be shown as it is within a line.
func harmless(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return r == nonJoiner || r == joiner || unicode.IsPrint(r) && !slices.Contains(blank, r)
}

// Line is s on one line, without what [Text] takes out, without space at its ends, and cut to most characters; a cut
// text ends with "…". It is "" when nothing of s can be seen.
func Line(s string, most int) string {
	if len(s) <= most && plain(s) {
		return s
	}
	if len(s) > 8*most { // of a megabyte only the beginning is looked at
		if i := strings.IndexFunc(s, func(r rune) bool { return harmless(r) && !unicode.IsSpace(r) }); i > 0 {
			s = s[i:]
		}
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case !harmless(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		if n >= most {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
		n++
	}
	if out := strings.TrimSpace(b.String()); Visible(out) {
		return out
	}
	return ""
}

// plain reports whether s is a word of ASCII, as most are: nothing of it changes.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Text is s with its lines and tabs, and without controls, bidirectional controls and
// invisible characters. What is no UTF-8 becomes U+FFFD.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', harmless(r):
			return r
		case unicode.IsSpace(r) && r != '\r':
			return ' '
		}
		return -1
	}, s)
}

// Visible reports whether s has a character that can be seen: marks, joiners, fillers
// and spaces alone show as nothing.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && !slices.Contains(blank, r)
	})
}

// JSON returns encoded JSON in which every character that [Text] would take out is
// escaped: it stays valid, and its value the same. Characters of a script are left.
func JSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r < ' ' || r == utf8.RuneError && size == 1, harmless(r):
			out = append(out, data[:size]...) // a line's end, or what stands between two values
		default:
			out = appendEscaped(out, r)
		}
		data = data[size:]
	}
	return out
}

// appendEscaped appends r as \uXXXX, in two halves where it needs them (RFC 8259 §7).
func appendEscaped(out []byte, r rune) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		out = fmt.Appendf(out, `\u%04x`, unit)
	}
	return out
}
