package session_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	ada  = session.Key{Issuer: "https://id.example/", Subject: "ada"}
	carl = session.Key{Issuer: "https://id.example/", Subject: "carl"}
	noon = time.UnixMilli(1_790_000_000_000)
)

func full(key session.Key) session.Session {
	return session.Session{
		Key: key, ClientID: "desk",
		Profile: session.Profile{
			Name: "Ada ✓ لوف", Email: "ada@acme.example", EmailVerified: true, Picture: "https://id.example/a.png",
			Claims: map[string]json.RawMessage{"roles": json.RawMessage(`["Engineer"]`)},
		},
		Tokens: session.Tokens{
			Access: secret.New("AT"), Refresh: secret.New("RT"), ID: secret.New("IDT"), Type: "Bearer",
			Expiry: noon.Add(time.Hour), Lifetime: time.Hour, Scope: "openid email",
		},
		IDTokenVerified: true, Audience: []string{"desk", "api"}, AuthorizedParty: "desk", Nonce: "n",
		AuthTime: noon.Add(-time.Minute), ACR: "urn:mfa", AMR: []string{"pwd", "otp"},
		SignedInAt: noon, Refreshed: noon,
	}
}

func book() session.Book {
	b := session.Book{Active: ada}
	b.Put(full(ada))
	b.Put(full(carl))
	b.Revoke = []session.Revocation{
		{Key: carl, ClientID: "desk", Access: secret.New("a"), Refresh: secret.New("r"), Since: noon},
	}
	return b
}

// The golden file has the format that people have on their disks: members may be added to it and never changed.
func TestEveryVersionIsReadForEver(t *testing.T) {
	const golden = "testdata/book.v1.json"
	if *update {
		data, err := session.Encode(book())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, err := session.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, book()) {
		t.Errorf("%s reads as\n%#v\nwant\n%#v", golden, got, book())
	}
	again, err := session.Encode(got)
	if err != nil || string(again) != string(data) {
		t.Errorf("writing it again gives other bytes (%v):\n%s", err, again)
	}
}

// A book with a bound session is of version 2, which Latchkey 0.1.0 refuses: it would drop the key and
// with it the session. A book without one is written as 0.1.0 wrote it.
func TestABoundSessionIsNoBookForOlderPrograms(t *testing.T) {
	for name, change := range map[string]func(*session.Session){
		"a bound access token": func(s *session.Session) {
			s.ProofKey, s.Bound, s.Tokens.Type = secret.New("tpm:AAAA"), true, session.DPoP
		},
		"a bound renewal":                 func(s *session.Session) { s.ProofKey = secret.New("software:AAAA") },
		"an ended session that was bound": func(s *session.Session) { s.Bound = true },
	} {
		b := book()
		s := full(ada)
		change(&s)
		b.Put(s)
		data, err := session.Encode(b)
		if err != nil || !strings.HasPrefix(string(data), `{"v":2,`) {
			t.Errorf("%s: %.20s, %v", name, data, err)
		}
		got, err := session.Decode(data)
		if err != nil || !reflect.DeepEqual(got, b) {
			t.Errorf("%s reads as %#v (%v)", name, got, err)
		}
		b.Drop(ada)
		if data, err := session.Encode(b); err != nil || !strings.HasPrefix(string(data), `{"v":1,`) {
			t.Errorf("after %s: %.20s, %v", name, data, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"newer":                {`{"v":3,"sessions":"another shape"}`, session.ErrNewer},
		"no version":           {`{}`, session.ErrDamaged},
		"not JSON":             {`AT-secret`, session.ErrDamaged},
		"cut short":            {`{"v":1,"sessions":[{"key":{"iss":"x"`, session.ErrDamaged},
		"wrong shape":          {`{"v":1,"sessions":{"access_token":"AT-secret"}}`, session.ErrDamaged},
		"a session of nobody":  {`{"v":1,"sessions":[{}]}`, session.ErrDamaged},
		"a negative version":   {`{"v":-1}`, session.ErrDamaged},
		"a version as a texts": {`{"v":"1"}`, session.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := session.Decode([]byte(c.data))
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "AT-secret") {
				t.Error("the error quotes a token")
			}
		})
	}
	if b, err := session.Decode(nil); err != nil || len(b.Sessions) != 0 {
		t.Errorf("no bytes: %v, %v", b, err)
	}
	if b, err := session.Decode([]byte(`{"v":1,"active":{"iss":"a","sub":"gone"},"later":true}`)); err != nil ||
		!b.Active.IsZero() {
		t.Errorf("an active account without a session: %v, %v", b, err)
	}
}

func FuzzDecode(f *testing.F) {
	data, _ := session.Encode(book())
	f.Add(data)
	f.Add([]byte(`{"v":1,"sessions":[{"key":{"iss":"i","sub":"s"},"claims":{"a":1e999}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := session.Decode(data)
		if err != nil {
			return
		}
		out, err := session.Encode(b)
		if err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
		if _, err := session.Decode(out); err != nil {
			t.Fatalf("what was encoded does not decode: %v", err)
		}
	})
}

func TestDue(t *testing.T) {
	for name, c := range map[string]struct {
		lifetime, lead time.Duration
	}{
		"an hour: the most is a minute":  {time.Hour, time.Minute},
		"five minutes: a tenth":          {5 * time.Minute, 30 * time.Second},
		"ten seconds: a tenth":           {10 * time.Second, time.Second},
		"an expiry without the lifetime": {0, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := session.Session{
				Tokens: session.Tokens{Access: secret.New("a"), Expiry: noon.Add(c.lifetime), Lifetime: c.lifetime},
			}
			due := noon.Add(c.lifetime - c.lead)
			if !s.Due().Equal(due) {
				t.Errorf("due %s, want %s", s.Due(), due)
			}
			if !s.FreshAt(due.Add(-1)) || s.FreshAt(due) {
				t.Error("fresh on the wrong side of due")
			}
		})
	}
	forever := session.Session{Tokens: session.Tokens{Access: secret.New("a")}}
	if !forever.FreshAt(noon) || !forever.Due().IsZero() {
		t.Error("a token without a lifetime counts as fresh")
	}
	if (session.Session{}).FreshAt(noon) {
		t.Error("no token is never fresh")
	}
}

func TestForgetMovesTheTokensToTheRevocations(t *testing.T) {
	b := session.Book{Active: ada}
	b.Put(full(ada))
	r, ok := b.Forget(ada, noon)
	if !ok || len(b.Sessions) != 0 || !b.Active.IsZero() || len(b.Revoke) != 1 || !r.Refresh.Equal(secret.New("RT")) {
		t.Fatalf("%v %v %#v", ok, r, b)
	}
	data, _ := session.Encode(b)
	for _, trace := range []string{"acme", "IDT", "لوف"} {
		if strings.Contains(string(data), trace) {
			t.Errorf("%q of the forgotten account remains", trace)
		}
	}
	b.Revoked(r)
	if len(b.Revoke) != 0 {
		t.Error("the revocation remains after it was done")
	}
	if _, ok := b.Forget(ada, noon); ok {
		t.Error("forgetting twice")
	}
}
