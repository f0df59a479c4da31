package claims

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxIndent is the deepest level that is indented further than the one around it: a
// value nested thousands of levels deep would be spaces alone.
const maxIndent = 20

// rewritten writes a JSON value anew, indented, with what is or may be a token masked:
// providers have been seen to put the upstream provider's tokens among the claims. It
// reads each byte once, whatever the depth, and stops when most bytes are written.
func rewritten(raw json.RawMessage, most int) []byte {
	w := rewriter{dec: json.NewDecoder(bytes.NewReader(raw))}
	w.dec.UseNumber()
	for w.out.Len() < most && w.next() {
	}
	return w.out.Bytes()
}

// rewriter is a value under way from dec to out.
type rewriter struct {
	dec    *json.Decoder
	out    bytes.Buffer
	around []level // the arrays and objects that stand around the next token
}

// level is one array or object, with how many tokens of it were written: an object's names and values count one each.
type level struct {
	object bool
	n      int
}

// next copies one token, and reports whether more may come.
func (w *rewriter) next() bool {
	t, err := w.dec.Token()
	if err != nil {
		return false
	}
	if d, ok := t.(json.Delim); ok && (d == ']' || d == '}') {
		last := w.around[len(w.around)-1]
		w.around = w.around[:len(w.around)-1]
		if last.n > 0 {
			w.line()
		}
		w.out.WriteRune(rune(d))
		return len(w.around) > 0
	}
	name := w.before()
	if d, ok := t.(json.Delim); ok {
		w.out.WriteRune(rune(d))
		w.around = append(w.around, level{object: d == '{'})
		return true
	}
	s, isText := t.(string)
	if isText {
		t = jwt().ReplaceAllString(s, mask)
	}
	w.value(t)
	if name && hidden().MatchString(s) {
		return w.hide()
	}
	return len(w.around) > 0
}

// before writes what stands before a token, and reports whether the token is the name of a member.
func (w *rewriter) before() bool {
	if len(w.around) == 0 {
		return false
	}
	at := &w.around[len(w.around)-1]
	at.n++
	if at.object && at.n%2 == 0 {
		w.out.WriteString(": ")
		return false
	}
	if at.n > 1 {
		w.out.WriteByte(',')
	}
	w.line()
	return at.object
}

func (w *rewriter) line() {
	w.out.WriteByte('\n')
	w.out.WriteString(strings.Repeat("  ", min(len(w.around), maxIndent)))
}

// value writes a text, a number, a boolean or null.
func (w *rewriter) value(v any) {
	enc := json.NewEncoder(&w.out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) == nil {
		w.out.Truncate(w.out.Len() - 1) // the line's end that Encode adds
	}
}

// hide passes over a member's value.
func (w *rewriter) hide() bool {
	var value json.RawMessage
	if w.dec.Decode(&value) != nil {
		return false
	}
	w.before()
	w.value(mask)
	return true
}
