package account_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// demanding is an API that asks for a step-up of every token but those that good accepts.
func demanding(t *testing.T, good func(token string) bool) (*httptest.Server, *[]string) {
	t.Helper()
	var mu sync.Mutex
	var bodies []string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(body))
		if good(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			_, _ = io.WriteString(w, "done")
			return
		}
		w.Header().Set("WWW-Authenticate",
			`Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age=300`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(site.Close)
	return site, &bodies
}

// consenting returns a manager with which Ada has signed in, and the questions that she was asked. answer is what she
// answers.
func consenting(t *testing.T, answer error) (*testManager, *[]account.StepUp) {
	t.Helper()
	p, asked := newProvider(), &[]account.StepUp{}
	var mu sync.Mutex
	p.stepUp = func(_ context.Context, s account.StepUp) error {
		mu.Lock()
		defer mu.Unlock()
		*asked = append(*asked, s)
		return answer
	}
	d := newManager(p, newSealer())
	if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
		t.Fatal(err)
	}
	return d, asked
}

func post(t *testing.T, c *http.Client, address string, body io.Reader) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	_ = res.Body.Close()
	return res.StatusCode, nil
}

func TestAStepUpIsATypedError(t *testing.T) {
	d := signedIn(t)
	site, bodies := demanding(t, func(string) bool { return false })
	_, err := post(t, client(t, d, site.URL), site.URL, strings.NewReader("x"))
	var asked *account.StepUpError
	if !errors.As(err, &asked) || !errors.Is(err, account.ErrStepUp) || asked.Again || asked.Origin != site.URL ||
		strings.Join(asked.ACRValues, " ") != "gold silver" || *asked.MaxAge != 5*time.Minute {
		t.Fatalf("%v %+v", err, asked)
	}
	if len(*bodies) != 1 || d.provider.refreshes != 0 {
		t.Errorf("%d requests, %d refreshes", len(*bodies), d.provider.refreshes)
	}
}

func TestWithThePersonsConsentTheRequestIsSentOnceMore(t *testing.T) {
	d, asked := consenting(t, nil)
	var req session.SignInRequest
	d.provider.signIn = func(_ context.Context, r session.SignInRequest) error { req = r; return nil }
	site, bodies := demanding(t, func(token string) bool { return token == "AT2" })
	if status, err := post(t, client(t, d, site.URL), site.URL, strings.NewReader("pay")); err != nil || status != 200 {
		t.Fatalf("%d %v", status, err)
	}
	if len(*asked) != 1 || strings.Join(*bodies, " ") != "pay pay" {
		t.Errorf("asked %d times, sent %q", len(*asked), *bodies)
	}
	if req.Same != key("ada") || !req.Demand || strings.Join(req.ACRValues, " ") != "gold silver" ||
		req.MaxAge == nil || *req.MaxAge != 5*time.Minute || req.Prompt != "login" {
		t.Errorf("%+v", req)
	}
}

// An API that is never satisfied gets one more request, and the person one question.
func TestAStepUpIsNoLoop(t *testing.T) {
	d, asked := consenting(t, nil)
	site, bodies := demanding(t, func(string) bool { return false })
	_, err := post(t, client(t, d, site.URL), site.URL, strings.NewReader("x"))
	var again *account.StepUpError
	if !errors.As(err, &again) || !again.Again || len(*asked) != 1 || len(*bodies) != 2 {
		t.Errorf("%v, asked %d times, %d requests", err, len(*asked), len(*bodies))
	}
}

// Only an answer with status 401 asks for a step-up (RFC 9470 §3). After the step-up any other answer goes to the
// caller, even with the challenge in its header.
func TestOnlyARefusalAsksForAStepUp(t *testing.T) {
	d, asked := consenting(t, nil)
	status := http.StatusUnauthorized
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_user_authentication", max_age=300`)
		w.WriteHeader(status)
		status = http.StatusForbidden
	}))
	t.Cleanup(site.Close)
	if got, err := post(t, client(t, d, site.URL), site.URL, nil); got != http.StatusForbidden || err != nil {
		t.Errorf("after the step-up: %d %v", got, err)
	}
	if got, err := post(t, client(t, d, site.URL), site.URL, nil); got != http.StatusForbidden || err != nil {
		t.Errorf("without a step-up: %d %v", got, err)
	}
	if len(*asked) != 1 {
		t.Errorf("the person was asked %d times", len(*asked))
	}
}

func TestAStepUpThatComesToNothing(t *testing.T) {
	no := errors.New("not now")
	weak := errors.New("not strong enough")
	for name, c := range map[string]struct {
		consent, signIn error
		body            io.Reader
		want            error
		asked           int
	}{
		"refused by the person": {no, nil, strings.NewReader("x"), no, 1},
		"too weak a sign-in":    {nil, weak, strings.NewReader("x"), weak, 1},
		"a body that cannot be read again": {
			nil, nil, io.MultiReader(strings.NewReader("x")), account.ErrStepUp, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, asked := consenting(t, c.consent)
			d.provider.signIn = func(context.Context, session.SignInRequest) error { return c.signIn }
			site, bodies := demanding(t, func(string) bool { return false })
			if _, err := post(t, client(t, d, site.URL), site.URL, c.body); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if len(*asked) != c.asked || len(*bodies) != 1 || d.Snapshot().Phase != account.PhaseSignedIn {
				t.Errorf("asked %d times, %d requests, %v", len(*asked), len(*bodies), d.Snapshot().Phase)
			}
		})
	}
}

// Requests that are refused at the same moment cost the person one sign-in.
func TestManyRequestsAskOnce(t *testing.T) {
	d, asked := consenting(t, nil)
	var arrived sync.WaitGroup
	arrived.Add(4)
	site, _ := demanding(t, func(token string) bool {
		if token == "AT1" {
			arrived.Done()
		}
		return token != "AT1"
	})
	c := client(t, d, site.URL)
	d.provider.signIn = func(context.Context, session.SignInRequest) error { arrived.Wait(); return nil }
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if status, err := post(t, c, site.URL, strings.NewReader("x")); err != nil || status != 200 {
				t.Errorf("%d %v", status, err)
			}
		})
	}
	wg.Wait()
	if len(*asked) != 1 {
		t.Errorf("asked %d times", len(*asked))
	}
}
