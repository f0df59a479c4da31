package loopback

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxQuery is the longest query that is looked at, in bytes. Codes of real providers
// stay below 4 KiB; one of 16 KiB is known.
const maxQuery = 128 << 10

// result is the one answer, or why it cannot be taken.
type result struct {
	values url.Values
	err    error
}

// judge takes a request that bears the state as the answer. It returns why the
// request is none (another answer was first), or why the answer cannot be taken.
func (r *Receiver) judge(req *http.Request) (stray, broken string) {
	switch {
	case req.Method == http.MethodPost:
		return "", "it came as a form (response_mode form_post), which was not asked for"
	case req.Host != r.redirect.Host:
		return "", "it came to " + req.Host + " instead of " + r.redirect.Host
	case req.URL.Path == fragmentPath:
		return "", "it came behind a # (response_mode fragment), which was not asked for"
	case req.URL.Path != r.redirect.Path || req.URL.EscapedPath() != r.redirect.EscapedPath():
		return "", "it came to another path than " + r.redirect.Path
	}
	return r.take(req.URL.RawQuery)
}

// bears reports whether the request bears the state of this sign-in: in the form that is posted, else
// anywhere in its path or query. The state is a secret of 256 bits: a request that has it comes from
// the provider, or from somebody who has read the provider's answer.
func (r *Receiver) bears(req *http.Request) bool {
	if req.Method != http.MethodPost {
		return r.has(req.RequestURI) || r.has(req.URL.RawQuery) || r.has(req.URL.Path)
	}
	form, _ := io.ReadAll(io.LimitReader(req.Body, maxBody))
	return r.has(string(form))
}

// has reads text as leniently as a parameter list can be read, and reports whether one parameter is the state.
func (r *Receiver) has(text string) bool {
	for pair := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune("&;?#", c) }) {
		name, value, _ := strings.Cut(pair, "=")
		if strings.EqualFold(lenient(name), "state") && same(lenient(value), r.conf.State) {
			return true
		}
	}
	return false
}

// lenient decodes one name or value, and drops what a provider may have put behind the last one.
func lenient(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		s = out
	}
	return strings.Trim(s, " \t\r\n/")
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// take accepts the query as the answer of this sign-in. It returns why the query is not the answer, or why it is one
// that cannot be taken. The same answer again is accepted again, and delivered once.
func (r *Receiver) take(raw string) (stray, broken string) {
	values, err := url.ParseQuery(raw)
	switch {
	case len(raw) > maxQuery:
		return "", fmt.Sprintf("it is longer than %d KiB", maxQuery>>10)
	case err != nil:
		return "", "it is no query: a percent sign or a semicolon is wrong"
	case len(values["state"]) != 1:
		return "", "it has not one parameter state"
	case !same(values.Get("state"), r.conf.State):
		return "", "its state is not the one that was sent"
	}
	// RFC 6749 §3.1: parameters must not be included more than once.
	for _, v := range values {
		if len(v) != 1 {
			return "", "a parameter stands in it twice"
		}
	}
	if !values.Has("code") && !values.Has("error") {
		return "", "it has neither code nor error"
	}
	return r.settle(raw, result{values: values}), ""
}

// settle delivers the one result, or says why it is none.
func (r *Receiver) settle(as string, got result) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed.isShut():
		return "an answer after the end"
	case r.taken == "":
		r.taken = as
		r.answer <- got
	case r.taken != as:
		return "a second answer"
	}
	return ""
}
