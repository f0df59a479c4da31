package openid

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Whatever the form in which a provider quotes a secret, no usable part of it is left in the text.
func TestAQuotedSecretIsCut(t *testing.T) {
	const secret = "Rt-7fQ2x_Lk9vB3nM8pZ%41w.Yh5"
	reversed := func(s string) string {
		out := []rune{}
		for _, r := range s {
			out = append([]rune{r}, out...)
		}
		return string(out)
	}
	percent := func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, "%%%02x", c)
		}
		return b.String()
	}
	strewn := func(s, between string) string { return strings.Join(strings.Split(s, ""), between) }
	for name, quoted := range map[string]string{
		"as it is": secret, "query-escaped": url.QueryEscape(secret), "every byte escaped": percent(secret),
		"escaped twice": url.QueryEscape(percent(secret)),
		"upper case":    strings.ToUpper(secret), "lower case": strings.ToLower(secret),
		"spaces strewn in": strewn(secret, " "), "invisible strewn in": strewn(secret, "\u200b"),
		"dashes strewn in": strewn(secret, "-"), "lines": strewn(secret, "\n"), "half of it": secret[:14],
		"the other half": secret[14:], "backwards": reversed(secret),
		"base64":      base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64url":   base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"hexadecimal": hex.EncodeToString([]byte(secret)), "entities": strewn(secret, "&#8203;"),
		"numbered entities": func() (s string) {
			for _, c := range secret {
				s += fmt.Sprintf("&#%d;", c)
			}
			return s
		}(), "JSON's escapes": func() (s string) {
			for _, c := range secret {
				s += fmt.Sprintf(`\u%04x`, c)
			}
			return s
		}(),
	} {
		got := clean(without("the token "+quoted+" is not known. Ask your administrator.", secret, "OTHER-secret-123"),
			200)
		letters, _ := folded(got)
		if strings.Contains(string(letters), "fq2xlk9v") || strings.Contains(string(letters), "mzp8") ||
			strings.Contains(got, quoted) || !strings.Contains(got, "…") {
			t.Errorf("%s: %q", name, got)
		}
		if !strings.HasPrefix(got, "the token") || !strings.Contains(got, "administrator") {
			t.Errorf("%s: the rest is lost: %q", name, got)
		}
	}
	for _, text := range []string{
		"", "User is not assigned to the client application.", "AADSTS50011: The redirect URI does not match", "100 %",
		"Ünïcödé 你好",
	} {
		if got := without(text, secret, "CODE", ""); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := without("code CODE, c-o-d-e, CoDe", "CODE"); strings.Contains(strings.ToLower(got), "ode") {
		t.Errorf("%q", got)
	}
}

// In base64 a secret reads differently by what stands before it; nothing of it is left
// wherever it stands, in either alphabet, padded, wrapped in lines, or stuck to a word.
func TestASecretWithinBase64IsCut(t *testing.T) {
	for _, secret := range []string{"Rt-7fQ2x_Lk9vB3nM8pZ41w.Yh5", strings.Repeat("~?>tok\xfben~", 9), "0123456789"} {
		for _, e := range []*base64.Encoding{
			base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding,
		} {
			for _, before := range []string{"", "a", "ab", "abc", "refresh_token=", `{"rt":"`} {
				for _, after := range []string{"", "z", "zy", `"}`} {
					code := e.EncodeToString([]byte(before + secret + after))
					lines := regexp.MustCompile(`.{20}`).ReplaceAllString(code, "$0\r\n")
					for _, text := range []string{code, "spent:" + code, "x/" + code + "/y", code[1:], code[3:],
						lines} {
						letters, _ := folded(without("Token "+text+" unknown", secret))
						whole, _ := folded(code)
						left := 0 // the longest run of the code that can still be read
						for i := range whole {
							for j := i + left + 1; j <= len(whole) && strings.Contains(string(letters),
								string(whole[i:j])); j++ {
								left = j - i
							}
						}
						if edges := (len(before)+len(after))*4/3 + 8; left > edges {
							t.Errorf("%q %q %q: %d letters are left in %q", before, after, text, left, string(letters))
						}
					}
				}
			}
		}
	}
}

// The secret is cut out before the text is shortened, so that no half of it stands at the end.
func TestASecretAtTheEndOfWhatIsShown(t *testing.T) {
	secret := strings.Repeat("s3cr3tV4lue", 10)
	got := clean(without(strings.Repeat("x ", 95)+secret, secret), 200)
	if strings.Contains(got, "s3c") {
		t.Errorf("%q", got)
	}
}

func FuzzWithout(f *testing.F) {
	f.Add("the code abcdefgh%2Fijkl was spent", "abcdefgh/ijkl")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := without(text, secret)
		if letters, _ := folded(secret); len(letters) >= 4 && secret == clean(secret, 100) &&
			strings.Contains(got, secret) {
			t.Errorf("%q is left in %q", secret, got)
		}
	})
}
