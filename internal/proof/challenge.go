package proof

import (
	"errors"
	"strings"
)

// Bounds of a server's WWW-Authenticate.
const (
	maxChallenge  = 16 << 10 // bytes of all its lines
	maxChallenges = 32
	maxParams     = 32 // of one challenge
)

// Challenge is one challenge of WWW-Authenticate (RFC 9110 §11.3).
type Challenge struct {
	Scheme  string            // in small letters
	Token68 string            // in place of parameters, as Negotiate has it
	Params  map[string]string // names in small letters, quotes and escapes taken off
}

// errChallenge ends the reading of a line.
var errChallenge = errors.New("proof: no challenge")

// Challenges reads all lines of WWW-Authenticate. A part that cannot be read ends its line: the
// challenges before it are kept, and the rest of the line is ignored. A challenge that names a
// parameter twice is dropped, since nobody can know which one counts (RFC 9110 §11.2).
func Challenges(header Header) []Challenge {
	var out []Challenge
	left := maxChallenge
	for _, line := range header.Values("WWW-Authenticate") {
		if left -= len(line); left < 0 {
			break
		}
		r := &reader{rest: line}
		for c, more, err := r.challenge(); more; c, more, err = r.challenge() {
			if err == nil && len(out) < maxChallenges {
				out = append(out, c)
			}
		}
	}
	return out
}

// reader reads one line from left to right.
type reader struct{ rest string }

// challenge reads one; more is false at the end of what can be read.
func (r *reader) challenge() (c Challenge, more bool, err error) {
	r.trim(" \t,") // empty elements are allowed (RFC 9110 §5.6.1)
	scheme := r.token()
	if scheme == "" {
		return c, false, nil
	}
	c = Challenge{Scheme: strings.ToLower(scheme), Params: map[string]string{}}
	if r.rest == "" || strings.HasPrefix(strings.TrimLeft(r.rest, " \t"), ",") {
		return c, true, nil
	}
	if r.rest[0] != ' ' && r.rest[0] != '\t' {
		return c, false, nil
	}
	r.trim(" \t")
	if c.Token68 = r.token68(); c.Token68 != "" {
		return c, true, nil
	}
	return r.params(c)
}

// params reads auth-params up to the next challenge.
func (r *reader) params(c Challenge) (Challenge, bool, error) {
	var twice error
	for {
		before := r.rest
		r.trim(" \t,")
		name, value, ok := r.param()
		if !ok { // the next challenge, or the end
			r.rest = before
			if end := strings.Trim(before, " \t"); end != "" && end[0] != ',' {
				r.rest = "" // neither
				return c, true, errors.Join(twice, errChallenge)
			}
			return c, true, twice
		}
		if _, there := c.Params[name]; there || len(c.Params) == maxParams {
			twice = errChallenge
		}
		c.Params[name] = value
	}
}

// param reads token BWS "=" BWS ( token / quoted-string ).
func (r *reader) param() (name, value string, ok bool) {
	at := *r
	name = strings.ToLower(at.token())
	at.trim(" \t")
	if name == "" || !strings.HasPrefix(at.rest, "=") {
		return "", "", false
	}
	at.rest = at.rest[1:]
	at.trim(" \t")
	if strings.HasPrefix(at.rest, `"`) {
		value, ok = at.quoted()
	} else {
		value = at.token()
		ok = value != ""
	}
	if ok = ok && at.ended(); ok {
		*r = at
	}
	return name, value, ok
}

// ended reports whether an element ends here.
func (r *reader) ended() bool {
	rest := strings.TrimLeft(r.rest, " \t")
	return rest == "" || rest[0] == ','
}

func (r *reader) trim(cutset string) { r.rest = strings.TrimLeft(r.rest, cutset) }

func (r *reader) token() string {
	rest := strings.TrimLeftFunc(r.rest, tokenRune)
	token := strings.TrimSuffix(r.rest, rest)
	r.rest = rest
	return token
}

// token68 reads one that is the whole of its element (RFC 9110 §11.2), or nothing.
func (r *reader) token68() string {
	pads := strings.TrimLeftFunc(r.rest, func(c rune) bool {
		return alphanumeric(c) || strings.ContainsRune("-._~+/", c)
	})
	after := reader{strings.TrimLeft(pads, "=")}
	if pads == r.rest || !after.ended() {
		return ""
	}
	found := strings.TrimSuffix(r.rest, after.rest)
	*r = after
	return found
}

// quoted reads a quoted-string (RFC 9110 §5.6.4).
func (r *reader) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(r.rest); i++ {
		c := r.rest[i]
		switch {
		case c == '"':
			r.rest = r.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(r.rest):
			i++
			c = r.rest[i]
		}
		if c != '\t' && (c < ' ' || c == 0x7f) {
			return "", false
		}
		b.WriteByte(c)
	}
	return "", false
}

// tokenRune is tchar of RFC 9110 §5.6.2.
func tokenRune(r rune) bool {
	return alphanumeric(r) || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
