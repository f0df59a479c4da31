package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// odd is a session with one claim.
func odd(subject string, claim string) session.Session {
	s := full(session.Key{Issuer: "https://id.example/", Subject: subject})
	s.Profile.Claims = map[string]json.RawMessage{"odd": json.RawMessage(claim)}
	return s
}

// nested is a claim of so many arrays in each other.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// Whatever is encoded can be decoded; what cannot be is refused before it is stored.
func TestWhatIsEncodedCanBeDecoded(t *testing.T) {
	for name, c := range map[string]struct {
		claim string
		want  error
	}{
		"as deep as may be": {nested(session.MaxClaimDepth), nil},
		"one level more":    {nested(session.MaxClaimDepth + 1), session.ErrTooLarge},
		"9,998 arrays":      {nested(9998), session.ErrTooLarge},
		"9,998 objects": {
			strings.Repeat(`{"a":`, 9998) + "1" + strings.Repeat("}", 9998), session.ErrTooLarge,
		},
		"brackets in a string":      {`"` + strings.Repeat(`[\"{`, 20000) + `"`, nil},
		"half a MiB of <":           {`"` + strings.Repeat("<", 1<<19) + `"`, nil},
		"more than a MiB":           {`"` + strings.Repeat("<", session.MaxClaimBytes) + `"`, session.ErrTooLarge},
		"as many members as may be": {"[" + strings.Repeat("1,", session.MaxClaimMembers-3) + "1]", nil},
		"more members than are needed": {
			"[" + strings.Repeat("1,", session.MaxClaimMembers) + "1]", session.ErrTooLarge,
		},
		"no JSON": {"[1", session.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := session.Encode(session.Book{Sessions: []session.Session{odd("ada", c.claim)}})
			if !errors.Is(err, c.want) {
				t.Fatalf("%.200v, want %v", err, c.want)
			}
			if err != nil {
				return
			}
			b, err := session.Decode(data)
			if err != nil || string(b.Sessions[0].Profile.Claims["odd"]) != c.claim {
				t.Errorf("reads as another book: %v", err)
			}
		})
	}
}

// Escapes for HTML would make six bytes of each "<".
func TestEncodingDoesNotBlowUp(t *testing.T) {
	b := session.Book{}
	claim, plain := `"`+strings.Repeat("<>&", 300<<10)+`"`, 0
	for n := range 7 {
		b.Put(odd(fmt.Sprint("person-", n), claim))
		plain += len(claim)
	}
	data, err := session.Encode(b)
	if err != nil || len(data) > plain+16<<10 {
		t.Errorf("%d bytes became %d (%v)", plain, len(data), err)
	}
}

// The limit of the whole book is the same in both directions.
func TestABookThatIsTooLargeIsRefused(t *testing.T) {
	b, token := session.Book{}, secret.New(strings.Repeat("a", 1<<20))
	for n := range 22 {
		if n == 21 {
			if _, err := session.Encode(b); err != nil {
				t.Errorf("21 accounts with 3 MiB each: %v", err)
			}
		}
		s := full(session.Key{Issuer: "https://id.example/", Subject: fmt.Sprint("person-", n)})
		s.Tokens.Access, s.Tokens.Refresh, s.Tokens.ID = token, token, token
		b.Put(s)
	}
	if _, err := session.Encode(b); !errors.Is(err, session.ErrTooLarge) {
		t.Errorf("22 accounts: %v, want ErrTooLarge", err)
	}
}

// Text that is no UTF-8 is replaced by the encoder: a key or a token that would come
// back as another one is refused.
func TestWhatWouldReadAsSomethingElseIsRefused(t *testing.T) {
	for name, s := range map[string]session.Session{
		"a subject": full(session.Key{Issuer: "https://id.example/", Subject: "ada\xff"}),
		"a token":   func() session.Session { s := full(ada); s.Tokens.Refresh = secret.New("RT\xff"); return s }(),
	} {
		if _, err := session.Encode(session.Book{Sessions: []session.Session{s}}); !errors.Is(err, session.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
}

// A file that version 0.1.0 wrote without limits is read, and can be written again.
func TestClaimsOfAnOlderVersionDoNotBlockTheBook(t *testing.T) {
	data := fmt.Sprintf(
		`{"v":1,"active":{},"sessions":[{"key":{"iss":"i","sub":"s"},"claims":{"odd":%s}}],"revoke":[]}`, nested(5000))
	b, err := session.Decode([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.Encode(b); err != nil || len(b.Sessions) != 1 {
		t.Errorf("%d sessions, %v", len(b.Sessions), err)
	}
}

// A session that was renewed by a wrong clock is due at once.
func TestASessionFromTheFutureIsDue(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration
		fresh bool
	}{{0, true}, {59 * time.Second, true}, {time.Minute, true}, {61 * time.Second, false}, {5 * time.Hour, false}} {
		s := full(ada)
		s.Refreshed, s.Tokens.Expiry = noon.Add(c.ahead), noon.Add(c.ahead+time.Hour)
		if s.FreshAt(noon) != c.fresh {
			t.Errorf("renewed %s ahead: fresh is %v", c.ahead, !c.fresh)
		}
		if c.ahead > time.Minute && !s.FreshAt(s.Refreshed) {
			t.Errorf("renewed at %s: not fresh at that time", s.Refreshed)
		}
	}
	s := full(ada)
	s.Refreshed, s.SignedInAt = time.Time{}, noon.Add(time.Hour)
	if s.FreshAt(noon) {
		t.Error("signed in an hour ahead: fresh")
	}
}
