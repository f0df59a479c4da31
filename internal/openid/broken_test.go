package openid_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// later answers with Retry-After: two minutes.
func later(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(status)
	}
}

// truncated announces a longer body than it sends.
func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "5000")
	_, _ = io.WriteString(w, `{"access_token":"AT1"`)
}

// A server that is broken or overloaded: an error that may pass is marked as temporary, with the wait that the server
// asked for.
func TestAServerInTrouble(t *testing.T) {
	const wait = 2 * time.Minute
	for name, c := range map[string]struct {
		path  string
		serve http.HandlerFunc
		want  error
		after time.Duration
	}{
		"discovery with 429": {discoveryPath, later(429), openid.ErrDiscovery, wait},
		"discovery with 503": {discoveryPath, later(503), openid.ErrDiscovery, wait},
		"discovery cut off":  {discoveryPath, truncated, openid.ErrNetwork, 0},
		"keys with 429":      {"/jwks", later(429), openid.ErrKeys, wait},
		"keys cut off":       {"/jwks", truncated, openid.ErrKeys, 0},
		"tokens with 429":    {"/token", later(429), openid.ErrTokenEndpoint, wait},
		"tokens cut off":     {"/token", truncated, openid.ErrNetwork, 0},
		"tokens without end": {"/token", endless, openid.ErrBodyTooLarge, 0},
		"tokens with 502 and a word": {
			"/token", body("application/json", 502, `{"error":"Bad Gateway"}`), openid.ErrStatus, 0,
		},
		"a header without end": {discoveryPath, bigHeader, openid.ErrNetwork, 0},
		"tokens with 200 and error": {
			"/token", body("application/json", 200, `{"error":"temporarily_unavailable"}`), openid.ErrTokenEndpoint, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOP(t, lies{serve: at(c.path, c.serve)})
			client, _ := p.client()
			_, err := signIn(t, client, session.SignInRequest{})
			var retry *session.RetryError
			if !errors.Is(err, c.want) || !errors.As(err, &retry) || retry.After != c.after {
				t.Errorf("%v, want %v after %s", err, c.want, c.after)
			}
		})
	}
}

func bigHeader(w http.ResponseWriter, _ *http.Request) {
	for range 100 {
		w.Header().Add("X", strings.Repeat("x", 10<<10))
	}
}

// An answer that arrives byte by byte without end: one time limit holds for headers and body together.
func TestAServerThatDrips(t *testing.T) {
	p := newOP(t, lies{serve: at(discoveryPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			select {
			case <-time.After(5 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
	})})
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"},
		openid.Options{RequestTimeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if _, err := c.Discover(ctx); !errors.Is(err, openid.ErrTimeout) {
		t.Errorf("%v, want ErrTimeout", err)
	}
}

// nasty is hostile text in a claim that a person will read.
const nasty = "\u202e<img src=x onerror=alert(1)>\r\n\x00Ada\u2066\x1b[31m&amp;\"'`"

// Markup and worse in every claim: what is shown is one line of plain characters,
// and the claims themselves are kept as they came.
func TestNastyTextsInEveryClaim(t *testing.T) {
	names := []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "email",
		"gender", "birthdate", "zoneinfo", "locale", "phone_number", "address", "acr", "sid", "jti", "roles",
		"__proto__", "constructor",
	}
	lie := func(c claims) {
		for _, n := range names {
			c[n] = nasty
		}
		c[nasty] = nasty
		c["email_verified"] = true
	}
	_, _, s := newSession(t, lies{idToken: lie, userinfo: lie})
	for what, text := range map[string]string{"name": s.Profile.Name, "email": s.Profile.Email} {
		if strings.ContainsAny(text, "\u202e\u2066\r\n\x00\x1b") || !strings.Contains(text, "Ada") {
			t.Errorf("%s: %q", what, text)
		}
	}
	if s.Profile.EmailVerified {
		t.Error("an address that had to be mended is shown as verified")
	}
	if len(s.Profile.Claims) < len(names) {
		t.Errorf("%d claims", len(s.Profile.Claims))
	}
	_, _, s = newSession(t, lies{userinfo: put("name", strings.Repeat("é", 10_000))})
	if n := utf8.RuneCountInString(s.Profile.Name); n > 201 {
		t.Errorf("a name of %d characters", n)
	}
	for _, name := range []string{"علی\u200cرضا", "Ада ✓", "👩\u200d🚀 Ada", "ادا لوفليس"} {
		if _, _, s := newSession(t, lies{userinfo: put("name", name)}); s.Profile.Name != name {
			t.Errorf("%q became %q", name, s.Profile.Name)
		}
	}
}

func TestNastyTextsInErrors(t *testing.T) {
	text := nasty + strings.Repeat("x", 5000)
	for name, l := range map[string]lies{
		"by the browser": {answer: func(v url.Values) {
			v.Del("code")
			v.Set("error", "access_denied"+nasty)
			v.Set("error_description", text)
		}},
		"by the token endpoint": {serve: at("/token", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			writeJSON(w, claims{"error": "invalid_grant" + nasty, "error_description": text})
		})},
		"in another dialect": {serve: at("/token", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			writeJSON(w, claims{"errorCode": "E011" + nasty, "errorDescription": text})
		})},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newOP(t, l).client()
			_, err := signIn(t, c, session.SignInRequest{})
			var answer *openid.AnswerError
			if !errors.As(err, &answer) {
				t.Fatal(err)
			}
			if utf8.RuneCountInString(answer.Description) > 201 || utf8.RuneCountInString(answer.Code) > 61 ||
				strings.ContainsAny(answer.Code+answer.Description+err.Error(), "\u202e\u2066\r\n\x00\x1b") {
				t.Errorf("not fit to be shown: %q %q", answer.Code, answer.Description)
			}
			if strings.Contains(err.Error(), "xxx") {
				t.Errorf("a stranger's text in an error: %v", err)
			}
		})
	}
}

// The log at its fullest level contains no secret, whatever the client does.
func TestNothingSecretIsLogged(t *testing.T) {
	var out bytes.Buffer
	p := newOP(t,
		lies{userinfo: drop("sub"), discovery: put("device_authorization_endpoint", "http://id.example/?token=AT1")})
	r := &receiver{answer: make(chan url.Values, 1), finished: make(chan bool, 16)}
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"}, openid.Options{
		Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Listen: func(_ context.Context, s openid.ListenSpec) (openid.Receiver, error) {
			s.OnStray(openid.Stray{Reason: "an answer with the state of another sign-in, or none"})
			return r, nil
		},
		OpenURL: func(_ context.Context, address string) error {
			res, err := (&http.Client{
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}).Get(address)
			if err == nil {
				to, _ := res.Location()
				_ = res.Body.Close()
				r.answer <- to.Query()
			}
			return errors.New("a browser that opened and says it did not")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := signIn(t, c, session.SignInRequest{Organization: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := c.Refresh(t.Context(), s, keep); err != nil {
		t.Fatal(err)
	}
	log := out.String()
	for _, event := range []string{
		"signin.stray_answer", "userinfo.unusable", "browser.failed", "discovery.endpoint_ignored",
	} {
		if !strings.Contains(log, event) {
			t.Errorf("%s is not logged: the test looks at nothing", event)
		}
	}
	for what, secret := range map[string]string{
		"the code": "CODE", "an access token": "AT1", "a refresh token": "RT1", "an ID token": "eyJ",
		"the state": p.asked.Get("state"),
		"the nonce": p.asked.Get("nonce"), "the challenge": p.asked.Get("code_challenge"),
		"the verifier": p.forms[0].Get("code_verifier"),
	} {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("%s is logged (or empty): %s", what, log)
		}
	}
}

// endless sends until the client closes the connection.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	chunk := []byte(`{"x":"` + strings.Repeat("x", 64<<10))
	for {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// bombed is 16 MiB that were compressed to a few KiB.
var bombed = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(`{"x":"`))
	_, _ = z.Write(make([]byte, 16<<20))
	_ = z.Close()
	return out.Bytes()
})

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(bombed())
}

func TestAProviderThatDoesNotAnswer(t *testing.T) {
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	p := newOP(t, lies{serve: at(discoveryPath, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-gone:
		}
	})})
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"},
		openid.Options{RequestTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if _, err := c.Discover(ctx); !errors.Is(err, openid.ErrTimeout) {
		t.Errorf("%v, want ErrTimeout", err)
	}
}
