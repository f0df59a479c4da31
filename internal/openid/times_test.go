package openid_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// A time that is no number of seconds is refused with words that name the member.
func TestTimesThatAreNone(t *testing.T) {
	now := time.Now()
	hour := time.Hour
	for name, c := range map[string]struct {
		lie  func(claims)
		want error
		says string
	}{
		"exp as a text": {
			put("exp", "9999999999"), openid.ErrExpired, "exp is a text, not a number of seconds",
		},
		"exp in milliseconds": {
			put("exp", now.Add(hour).UnixMilli()), openid.ErrExpired, "exp is in milliseconds, not in seconds",
		},
		"exp in nanoseconds": {
			put("exp", now.Add(hour).UnixNano()), openid.ErrExpired, "exp is no time in seconds",
		},
		"exp before 1970":     {put("exp", -5), openid.ErrExpired, "exp is no time in seconds"},
		"exp as a list":       {put("exp", []int64{now.Add(hour).Unix()}), openid.ErrExpired, "exp is a list"},
		"iat as a date":       {put("iat", now.Format(time.RFC3339)), openid.ErrIssuedAt, "iat is a text"},
		"iat in milliseconds": {put("iat", now.UnixMilli()), openid.ErrIssuedAt, "iat is in milliseconds"},
		"iat as an object":    {put("iat", claims{"s": 1}), openid.ErrIssuedAt, "iat is an object"},
		"nbf as a text":       {put("nbf", "0"), openid.ErrNotBefore, "nbf is a text"},
		"nbf in milliseconds": {put("nbf", now.UnixMilli()), openid.ErrNotBefore, "nbf is in milliseconds"},
		"nbf that is true":    {put("nbf", true), openid.ErrNotBefore, "nbf is true or false"},
		"auth_time as a text": {put("auth_time", "now"), openid.ErrAuthTime, "auth_time is a text"},
		"auth_time in milliseconds": {
			put("auth_time", now.UnixMilli()), openid.ErrAuthTime, "auth_time is in milliseconds",
		},
		"null is absent":             {put("nbf", nil), nil, ""},
		"the year 9999":              {put("exp", 253402300799), nil, ""},
		"a fraction and an exponent": {put("exp", 9.999999999e9), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := newOP(t, lies{idToken: c.lie}).client()
			req := session.SignInRequest{}
			if strings.HasPrefix(name, "auth_time") {
				req.MaxAge = &hour
			}
			_, err := signIn(t, client, req)
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, openid.ErrTimeClaim) || !errors.Is(err, c.want) ||
				!strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if p := problem.From(err, "Acme ID"); p.Code != "time_claim" ||
				strings.Contains(p.Message+p.Hint, "clock") {
				t.Errorf("told as %+v", p)
			}
		})
	}
}

// "Check this computer's clock" is said only when the provider's Date header supports
// it: when the check would hold by the provider's clock.
func TestWhenTheClockIsBlamed(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		lie   func(claims)
		off   time.Duration // of this computer's clock
		date  string        // what the header says; "" is the truth
		blame bool
	}{
		"expired, and the clock is ahead": {put("exp", now.Add(10*time.Minute).Unix()), 20 * time.Minute, "",
			true},
		"expired, and the clocks agree": {put("exp", now.Add(-10*time.Minute).Unix()), 0, "", false},
		"expired, and no Date": {
			put("exp", now.Add(10*time.Minute).Unix()), 20 * time.Minute, "none", false,
		},
		"expired, and a Date that is none": {
			put("exp", now.Add(10*time.Minute).Unix()), 20 * time.Minute, "yesterday", false,
		},
		"expired by both clocks": {
			put("exp", now.Add(-time.Hour).Unix()), 20 * time.Minute, "", false,
		},
		"issued in the future, the clock behind": {nil, -20 * time.Minute, "", true},
		"issued in the future, the clock ahead": {
			put("iat", now.Add(2*time.Hour).Unix()), 20 * time.Minute, "", false,
		},
		"not valid yet, and the clock is far behind": {put("nbf", now.Unix()), -20 * time.Minute, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{idToken: func(id claims) {
				id["exp"] = now.Add(24 * time.Hour).Unix()
				if c.lie != nil {
					c.lie(id)
				}
			}})
			real := p.site.Config.Handler
			p.site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch c.date {
				case "":
				case "none":
					w.Header()["Date"] = nil
				default:
					w.Header().Set("Date", c.date)
				}
				real.ServeHTTP(w, r)
			})
			p.now = func() time.Time { return time.Now().Add(c.off) }
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			var clock *openid.ClockError
			if !errors.As(err, &clock) || (clock.Off != 0) != c.blame {
				t.Fatalf("%v, %+v", err, clock)
			}
			words := problem.From(err, "Acme ID")
			if told := strings.Contains(words.Message+words.Hint, "clock"); told != c.blame {
				t.Errorf("told as %+v", words)
			}
		})
	}
}

// session_expiry is when the provider demands the end of the session (IPSIE SL1).
func TestSessionExpiry(t *testing.T) {
	at := time.Now().Add(8 * time.Hour).Truncate(time.Second)
	for name, c := range map[string]struct {
		claim any
		want  time.Time
		err   error
	}{
		"ahead":        {at.Unix(), at, nil},
		"a fraction":   {float64(at.Unix()) + 0.5, at.Add(500 * time.Millisecond), nil},
		"absent":       {nil, time.Time{}, nil},
		"over":         {time.Now().Add(-time.Second).Unix(), time.Time{}, openid.ErrAuthTime},
		"nought":       {0, time.Time{}, openid.ErrAuthTime},
		"a text":       {fmt.Sprint(at.Unix()), time.Time{}, openid.ErrTimeClaim},
		"milliseconds": {at.UnixMilli(), time.Time{}, openid.ErrTimeClaim},
		"negative":     {-1, time.Time{}, openid.ErrTimeClaim},
		"an object":    {claims{}, time.Time{}, openid.ErrTimeClaim},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{idToken: put("session_expiry", c.claim)})
			client, _ := p.client()
			s, err := signIn(t, client, session.SignInRequest{})
			if !errors.Is(err, c.err) || !s.Expires.Equal(c.want) {
				t.Fatalf("%v, ends at %v", err, s.Expires)
			}
			if err != nil {
				return
			}
			next := at.Add(-time.Hour) // a refreshed token may bring it forward
			p.lies.idToken = put("session_expiry", next.Unix())
			if s, err = client.Refresh(t.Context(), s, keep); err != nil || !s.Expires.Equal(next) || s.Seen.IsZero() {
				t.Errorf("%v, ends at %v, seen %v", err, s.Expires, s.Seen)
			}
			for _, kept := range []any{nil, "soon"} { // and one without it, or with nonsense, changes nothing
				p.lies.idToken = put("session_expiry", kept)
				if s, err = client.Refresh(t.Context(), s, keep); err != nil || !s.Expires.Equal(next) {
					t.Errorf("%v, ends at %v", err, s.Expires)
				}
			}
		})
	}
}
