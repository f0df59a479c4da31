package openid

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// gram is how many letters and digits in a row, equal to those of a secret, count as a quotation of it: a provider
// may quote a part.
const gram = 8

// maxQuoted is how much of a text of the provider's is read at all, in characters.
const maxQuoted = 4000

// without cuts what quotes a secret out of a text of the provider's: whole or in part, in another case, with other
// characters strewn in, backwards, percent-encoded, as entities of HTML, and in base64 or hexadecimal. What is cut
// becomes "…". Secrets of fewer than four letters and digits are cut only as they are.
func without(text string, secrets ...string) string {
	text = decoded(clean(text, maxQuoted))
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		text = strings.ReplaceAll(text, secret, "…")
		for _, plain := range []string{secret, decoded(secret)} {
			for _, form := range append(encodings(plain), plain) {
				text = cutGrams(text, gramsOf(form))
			}
		}
	}
	return text
}

// encodings are a secret in hexadecimal, and in base64 at each of the three places that its first byte can have
// within a group, without the characters that other bytes have a part in. So a piece of encoded text is known
// wherever the secret stands in it. [folded] takes padding and what tells the two alphabets of base64 apart out.
func encodings(secret string) []string {
	out := []string{hex.EncodeToString([]byte(secret))}
	for before := range 3 {
		code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + secret))
		out = append(out, code[(before*4+2)/3:len(code)-1])
	}
	return slices.DeleteFunc(out, func(code string) bool { return len(code) < gram })
}

// gramsOf are the runs of letters and digits by which a secret is known, forwards and backwards; all are of one length.
func gramsOf(secret string) map[string]bool {
	forwards, _ := folded(secret)
	size := min(gram, len(forwards))
	if size < 4 {
		return nil
	}
	out := map[string]bool{}
	backwards := slices.Clone(forwards)
	slices.Reverse(backwards)
	for i := range len(forwards) - size + 1 {
		out[string(forwards[i:i+size])] = true
		out[string(backwards[i:i+size])] = true
	}
	return out
}

// folded are the letters and digits of a text in lower case, with the place of each.
func folded(text string) (letters []rune, places []int) {
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters, places = append(letters, unicode.ToLower(r)), append(places, i)
		}
	}
	return letters, places
}

// cutGrams cuts what quotes one of the grams.
func cutGrams(text string, grams map[string]bool) string {
	for len(grams) > 0 {
		from, to := quotes(text, grams)
		if from < 0 {
			break
		}
		text = text[:from] + "…" + text[to:]
	}
	return text
}

// quotes returns the span of text that quotes one of the grams, or several that touch; from is negative when none does.
func quotes(text string, grams map[string]bool) (from, to int) {
	size := 0
	for g := range grams {
		size = utf8.RuneCountInString(g)
		break
	}
	letters, places := folded(text)
	first, last := -1, -1 // of the letters
	for i := range len(letters) - size + 1 {
		if !grams[string(letters[i:i+size])] {
			continue
		}
		if first >= 0 && i > last+1 {
			break
		}
		if first < 0 {
			first = i
		}
		last = i + size - 1
	}
	if first < 0 {
		return -1, -1
	}
	_, width := utf8.DecodeRuneInString(text[places[last]:])
	return places[first], places[last] + width
}

// escape is a character in the way of JSON or of a program.
var escape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}`)
})

// decoded takes percent-encoding, escapes and entities out of a text, also where one stands within the other.
func decoded(text string) string {
	for range 4 {
		next := html.UnescapeString(escape().ReplaceAllStringFunc(text, func(s string) string {
			n, err := strconv.ParseUint(strings.TrimLeft(s, "\\ux%"), 16, 16)
			if err != nil || n < ' ' || n > 0x7e {
				return s
			}
			return string(rune(n))
		}))
		if next == text {
			return text
		}
		text = next
	}
	return text
}

// secretsIn are the secrets that a request bore: its answer may quote them.
func secretsIn(r *http.Request) []string {
	if r == nil {
		return nil
	}
	var out []string
	if _, password, ok := r.BasicAuth(); ok {
		out = append(out, password)
		if plain, err := url.QueryUnescape(password); err == nil {
			out = append(out, plain)
		}
	}
	if r.GetBody == nil {
		return out
	}
	body, err := r.GetBody()
	if err != nil {
		return out
	}
	text, _ := io.ReadAll(body) // a strings.Reader
	form, _ := url.ParseQuery(string(text))
	for _, name := range []string{
		"code", "code_verifier", "refresh_token", "device_code", "token", "client_secret", "subject_token",
		"client_assertion", "state", "nonce",
	} {
		out = append(out, form[name]...)
	}
	return out
}
