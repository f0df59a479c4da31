package openid_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// tab is a browser that follows no redirect by itself.
var tab = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// knock sends one request as another page in the browser might, and returns the status.
func knock(ctx context.Context, t *testing.T, method, address string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := tab.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode, res.Header.Get("Location")
}

// While the person types at the provider, other open pages send all kinds of requests to the redirect address. Then the
// right answer arrives: first as a prefetch, then twice.
func TestAnyPageWhileThePersonTypes(t *testing.T) {
	const flood = 3000
	typed := make(chan struct{})
	p := newOP(t, lies{})
	p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
		<-typed // the verdict comes after everything that the browser sends
		p.token(w, r)
	})
	var log bytes.Buffer
	told, strays := 0, 0
	outcome := make(chan string, 1)
	c, err := openid.New(provider.Provider{Issuer: p.site.URL, ClientID: "desk"}, openid.Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Listen: func(ctx context.Context, s openid.ListenSpec) (openid.Receiver, error) {
			return listenForReal(ctx, s)
		},
		OpenURL: func(_ context.Context, address string) error {
			defer close(typed)
			ctx := t.Context()
			u, err := url.Parse(address)
			if err != nil {
				return err
			}
			back := u.Query().Get("redirect_uri")
			for i := range flood {
				if status, _ := knock(ctx, t, "GET", back+"?error=access_denied&state="+
					strconv.Itoa(i)); status != http.StatusBadRequest {
					t.Errorf("a forged refusal: %d", status)
				}
			}
			knock(ctx, t, "GET", back+"?error=invalid_scope&error_description=no%20such%0Ascope")
			_, answer := knock(ctx, t, "GET", address)
			for name, c := range map[string][]string{
				"a prefetch":          {"GET", "Sec-Purpose", "prefetch"},
				"a picture of a page": {"GET", "Sec-Fetch-Mode", "no-cors"},
				"a script":            {"GET", "Sec-Fetch-Mode", "cors"}, "a form": {"POST"},
				"a check of the link": {"HEAD"},
			} {
				if status, _ := knock(ctx, t, c[0], answer, c[1:]...); status < 400 {
					t.Errorf("%s: %d", name, status)
				}
			}
			_, done := knock(ctx, t, "GET", answer)
			status, again := knock(ctx, t, "GET", answer)
			if status != http.StatusSeeOther || again != done {
				t.Errorf("the answer twice: %d", status)
			}
			if status, _ := knock(ctx, t, "GET",
				strings.Replace(answer, "CODE", "EVIL", 1)); status != http.StatusBadRequest {
				t.Errorf("another code: %d", status)
			}
			go func() { // the page waits for how it ends
				res, err := tab.Get(strings.TrimSuffix(back, "/callback") + done)
				if err != nil {
					outcome <- err.Error()
					return
				}
				defer func() { _ = res.Body.Close() }()
				text, _ := io.ReadAll(res.Body)
				outcome <- string(text)
			}()
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var of error
	s, err := signIn(t, c, session.SignInRequest{Progress: func(p session.Progress) {
		told++
		strays, of = p.Strays, p.StrayErr
	}})
	if err != nil || s.Key.Subject != "ada" {
		t.Fatalf("%+v %v", s.Key, err)
	}
	if page := <-outcome; !strings.Contains(page, "You are signed in") {
		t.Errorf("the browser was told %s", page)
	}
	c.Close()
	if n := p.count("POST /token"); n != 1 {
		t.Errorf("the code was redeemed %d times", n)
	}
	var unbound *openid.AnswerError
	if !errors.As(of, &unbound) || !errors.Is(of, openid.ErrUnbound) || unbound.Code != "invalid_scope" ||
		unbound.Description != "no such scope" {
		t.Errorf("of an error without a state the person is told: %v", of)
	}
	if strays < flood/2 || told > 40 || strings.Count(log.String(), "stray") > 40 {
		t.Errorf("%d strays were told %d times, and logged %d times", strays, told,
			strings.Count(log.String(), "stray"))
	}
}
