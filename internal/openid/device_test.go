package openid_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// inProcess hands requests to the provider's handler without a network, so that
// the clock of synctest runs on while the client waits.
type inProcess struct {
	http.Handler
	polls *[]time.Duration // when the token endpoint was asked, since began
	began time.Time
}

func (h inProcess) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if r.URL.Path == "/token" {
		*h.polls = append(*h.polls, time.Since(h.began))
	}
	defer func() {
		if recover() != nil { // http.ErrAbortHandler, as a server has it
			res, err = nil, errors.New("connection reset")
		}
	}()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// onDevice signs in by the device grant, with the clock of synctest. It returns
// what was shown and when the token endpoint was asked, in seconds.
func onDevice(t *testing.T, p *op, o options, change ...func(*provider.Provider)) (
	s session.Session, shown *session.DeviceCode, polls []int, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		conf := provider.Provider{Issuer: p.site.URL, ClientID: "desk", OfflineAccess: "auto"}
		for _, f := range change {
			f(&conf)
		}
		var at []time.Duration
		c, fault := openid.New(conf, openid.Options{
			Transport: inProcess{p.site.Config.Handler, &at, time.Now()},
			OpenURL:   func(context.Context, string) error { t.Error("an address was opened"); return nil },
		})
		if fault != nil {
			t.Fatal(fault)
		}
		defer c.Close()
		if o.limit == 0 {
			o.limit = 24 * time.Hour // of the bubble's clock: a wait without end fails at once
		}
		ctx, stop := context.WithTimeout(t.Context(), o.limit)
		defer stop()
		o.req.Device = true
		o.req.Progress = func(p session.Progress) {
			if shown = p.Device; p.URL != "" {
				t.Error("an authorization request was made")
			}
		}
		s, err = c.SignIn(ctx, o.req)
		for _, d := range at {
			polls = append(polls, int(d.Seconds()))
		}
	})
	return s, shown, polls, err
}

type options struct {
	req   session.SignInRequest
	limit time.Duration
}

func TestSignInOnAnotherDevice(t *testing.T) {
	p := newOP(t, lies{pending: []string{"authorization_pending", "slow_down", "authorization_pending"}})
	s, shown, polls, err := onDevice(t, p, options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Key.Subject != "ada" || !s.IDTokenVerified || s.Nonce != "" || s.Profile.Email != "ada@acme.example" ||
		s.Tokens.Refresh.IsZero() {
		t.Errorf("%+v", s)
	}
	if shown == nil || shown.UserCode != "WDJB-MJHT" || shown.VerificationURI != p.site.URL+"/link" ||
		!strings.HasSuffix(shown.VerificationURIComplete, "?user_code=WDJB-MJHT") || shown.Expires.IsZero() {
		t.Errorf("shown: %+v", shown)
	}
	// No interval is named: 5 s. slow_down adds 5 s, and for good (RFC 8628 §3.5).
	if want := []int{5, 10, 20, 30}; !slices.Equal(polls, want) {
		t.Errorf("asked after %v seconds, want %v", polls, want)
	}
	first := p.forms[0]
	if p.requests[1] != "POST /device" || first.Get("client_id") != "desk" ||
		first.Get("scope") != "openid profile email offline_access" || first.Has("code_challenge") {
		t.Errorf("%s with %v", p.requests[1], first)
	}
	if last := p.forms[len(p.forms)-1]; last.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" ||
		last.Get("device_code") != "DEVICE" || last.Get("client_id") != "desk" {
		t.Errorf("token request: %v", last)
	}
}

func TestTheDeviceSessionIsRefreshed(t *testing.T) {
	p := newOP(t, lies{device: put("interval", "1")})
	c, _ := p.client()
	s, err := signIn(t, c, session.SignInRequest{Device: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Refresh(t.Context(), s, keep); err != nil {
		t.Error(err)
	}
}

// When the token endpoint is asked.
func TestThePaceOfPolling(t *testing.T) {
	later := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	many := make([]string, 8)
	for name, c := range map[string]struct {
		lies lies
		want []int // the first of them
		err  error
	}{
		"an interval that is named": {
			lies{device: put("interval", 7), pending: []string{"authorization_pending"}}, []int{7, 14}, nil,
		},
		"an interval of nothing": {
			lies{device: put("interval", 0), pending: []string{"authorization_pending"}}, []int{1, 2}, nil,
		},
		"a negative interval": {
			lies{device: put("interval", -60), pending: []string{"authorization_pending"}}, []int{1, 2}, nil,
		},
		"an interval beyond the code": {lies{device: put("interval", 1e12)}, nil, openid.ErrDeviceExpired},
		"connections that break": {
			lies{pending: append(many[:5:5], "authorization_pending")}, []int{5, 15, 35, 75, 135, 195, 200}, nil,
		},
		"a fault, then pending": {
			lies{pending: []string{"", "authorization_pending", ""}}, []int{5, 15, 20, 30}, nil,
		},
		"slow_down twice": {
			lies{pending: []string{"slow_down", "slow_down", "authorization_pending"}}, []int{5, 15, 30, 45}, nil,
		},
		"a server with other cares": {lies{pending: []string{"temporarily_unavailable"}}, []int{5, 15}, nil},
		"Retry-After":               {lies{serve: at("/token", later)}, []int{5, 95, 185}, openid.ErrDeviceExpired},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, polls, err := onDevice(t, newOP(t, c.lies), options{})
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Errorf("%v, want %v", err, c.err)
			}
			if len(polls) < len(c.want) || !slices.Equal(polls[:len(c.want)], c.want) ||
				err == nil && len(polls) != len(c.want) {
				t.Errorf("asked after %v seconds, want %v", polls, c.want)
			}
		})
	}
}

// The answers of a provider in this grant, and the outcome of each.
func TestDeviceLies(t *testing.T) {
	hour := time.Hour
	forever := slices.Repeat([]string{"authorization_pending"}, 1000)
	for name, c := range map[string]struct {
		lies lies
		o    options
		want error
	}{
		"not offered": {
			lies: lies{discovery: drop("device_authorization_endpoint")}, want: openid.ErrDeviceUnsupported,
		},
		"not offered to this client": {
			lies: lies{serve: at("/device", body("application/json", 400, `{"error":"unauthorized_client"}`))},
			want: openid.ErrDeviceUnsupported,
		},
		"an endpoint on plain http": {
			lies: lies{discovery: put("device_authorization_endpoint", "http://id.example/device")},
			want: openid.ErrDeviceUnsupported,
		},
		"refused": {
			lies: lies{serve: at("/device", body("application/json", 400, `{"error":"invalid_scope"}`))},
			want: openid.ErrDevice,
		},
		"refused with 200": {
			lies: lies{
				serve: at("/device", body("application/json", 200, `{"error":"invalid_scope","user_code":"A"}`)),
			}, want: openid.ErrDevice,
		},
		"down": {
			lies: lies{serve: at("/device", body("text/html", 502, "<html>"))}, want: openid.ErrStatus,
		},
		"elsewhere": {
			lies: lies{
				serve: at("/device",
					http.RedirectHandler("http://127.0.0.1:9/", http.StatusTemporaryRedirect).ServeHTTP),
			}, want: openid.ErrStatus,
		},
		"a page": {
			lies: lies{serve: at("/device", body("text/html", 200, "<html>"))}, want: openid.ErrDocument,
		},
		"a doubled user code": {
			lies: lies{serve: at("/device", body("application/json", 200, `{"user_code":"A","user_code":"B"}`))},
			want: openid.ErrDoubledClaim,
		},
		"no device code":                {lies: lies{device: drop("device_code")}, want: openid.ErrDocument},
		"no user code":                  {lies: lies{device: drop("user_code")}, want: openid.ErrDocument},
		"a user code of two lines":      {lies: lies{device: put("user_code", "A\nB")}, want: openid.ErrDocument},
		"a user code that turns around": {lies: lies{device: put("user_code", "A\u202eB")}, want: openid.ErrDocument},
		"a user code without end": {
			lies: lies{device: put("user_code", strings.Repeat("A", 500))}, want: openid.ErrDocument,
		},
		"no lifetime":           {lies: lies{device: drop("expires_in")}, want: openid.ErrDocument},
		"a lifetime of nothing": {lies: lies{device: put("expires_in", 0)}, want: openid.ErrDocument},
		"no address":            {lies: lies{device: drop("verification_uri")}, want: openid.ErrEndpoint},
		"an address that is a script": {
			lies: lies{device: put("verification_uri", "javascript:alert(1)")}, want: openid.ErrEndpoint,
		},
		"an address on plain http": {
			lies: lies{device: put("verification_uri", "http://id.example/link")}, want: openid.ErrPlainHTTP,
		},
		"an address that names a user": {
			lies: lies{device: put("verification_uri", "https://id.example@evil.example/")}, want: openid.ErrEndpoint,
		},
		"Google's name of the address": {
			lies: lies{
				device: func(c claims) { c["verification_url"] = c["verification_uri"]; delete(c, "verification_uri") },
			},
		},
		"declined": {
			lies: lies{pending: []string{"authorization_pending", "access_denied"}}, want: openid.ErrDeviceDeclined,
		},
		"expired, by the provider": {
			lies: lies{pending: []string{"expired_token"}}, want: openid.ErrDeviceExpired,
		},
		"expired, by the clock": {lies: lies{pending: forever}, want: openid.ErrDeviceExpired},
		"the app's own limit": {
			lies: lies{pending: forever}, o: options{limit: time.Minute}, want: context.DeadlineExceeded,
		},
		"a client that is not known": {
			lies: lies{pending: []string{"invalid_client"}}, want: openid.ErrTokenEndpoint,
		},
		"a code that is not known": {
			lies: lies{device: put("device_code", "OTHER")}, want: openid.ErrTokenEndpoint,
		},
		"a page in place of tokens": {
			lies: lies{serve: at("/token", body("text/html", 200, "<html>"))}, want: openid.ErrDeviceExpired,
		},
		"tokens of another kind":       {lies: lies{token: put("token_type", "mac")}, want: openid.ErrTokenType},
		"no ID token":                  {lies: lies{token: drop("id_token")}, want: openid.ErrNoIDToken},
		"a nonce that nobody sent":     {lies: lies{idToken: put("nonce", "x")}, want: openid.ErrNonce},
		"a signature of somebody else": {lies: lies{signer: foreignRSA}, want: openid.ErrSignature},
		"for another client":           {lies: lies{idToken: put("aud", "other")}, want: openid.ErrAudience},
		"another access token": {
			lies: lies{idToken: put("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")}, want: openid.ErrATHash,
		},
		"userinfo about somebody else": {lies: lies{userinfo: put("sub", "eve")}, want: openid.ErrUserinfoSubject},
		"another person than asked for": {
			o:    options{req: session.SignInRequest{Same: session.Key{Issuer: "x", Subject: "eve"}}},
			want: openid.ErrOtherPerson,
		},
		"no auth_time though it is asked": {
			lies: lies{idToken: drop("auth_time")}, o: options{req: session.SignInRequest{MaxAge: &hour}},
			want: openid.ErrAuthTime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := onDevice(t, newOP(t, c.lies), c.o)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "DEVICE") || strings.Contains(err.Error(), "eyJ")) {
				t.Errorf("the error bears a secret: %v", err)
			}
		})
	}
}

// A complete address that must not be opened is left out; the sign-in goes on.
func TestACompleteAddressThatMustNotBeOpened(t *testing.T) {
	_, shown, _, err := onDevice(t, newOP(t, lies{device: put("verification_uri_complete", "file:///etc/passwd")}),
		options{})
	if err != nil || shown.VerificationURIComplete != "" || shown.VerificationURI == "" {
		t.Errorf("%+v %v", shown, err)
	}
}

func TestTheCountdownIsThatOfWhatEndsFirst(t *testing.T) {
	limit := 2 * time.Minute
	_, shown, _, err := onDevice(t, newOP(t, lies{}), options{limit: limit})
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of synctest
	if err != nil || shown.Expires.Sub(began).Round(time.Second) != limit {
		t.Errorf("%+v %v", shown, err)
	}
}

func TestDeviceClientAuthentication(t *testing.T) {
	p := newOP(t, lies{})
	_, _, _, err := onDevice(t, p, options{}, func(conf *provider.Provider) { conf.ClientSecret = secret.New("s") })
	if err != nil {
		t.Fatal(err)
	}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("desk:s"))
	for i, got := range p.auth {
		if got != want || p.forms[i].Has("client_secret") {
			t.Errorf("request %d: Authorization %q, %v", i, got, p.forms[i])
		}
	}
}

func TestOffers(t *testing.T) {
	p := newOP(t, lies{discovery: drop("device_authorization_endpoint")})
	c, _ := p.client()
	if got := c.Offers(); got != (session.Offers{}) || len(p.requests) > 0 {
		t.Errorf("before discovery: %+v, %d requests", got, len(p.requests))
	}
	if _, err := c.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Offers(), (session.Offers{Known: true, EndSession: true, Revocation: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	c, _ = p.client(func(conf *provider.Provider) {
		conf.NoDiscovery, conf.NoIDToken, conf.LogoutStyle = true, true, "none"
		conf.AuthorizationEndpoint, conf.TokenEndpoint, conf.UserinfoEndpoint, conf.DeviceEndpoint = p.site.URL+
			"/authorize", p.site.URL+"/token", p.site.URL+"/userinfo", p.site.URL+"/device"
		conf.EndSessionEndpoint = p.site.URL + "/logout"
	})
	if got, want := c.Offers(), (session.Offers{Known: true, Device: true}); got != want {
		t.Errorf("explicit endpoints: %+v, want %+v", got, want)
	}
}

// The JSON error codes decide, whatever the HTTP status: a pending authorization keeps the interval, slow_down
// lengthens it for the rest of the sign-in.
func TestDeviceCodesWithAnyStatus(t *testing.T) {
	for _, status := range []int{200, 400, 401, 403, 404, 428, 429, 500, 503} {
		p := newOP(t, lies{})
		pending := []string{"authorization_pending", "authorization_pending", "slow_down", "authorization_pending", ""}
		p.lies.serve = at("/token", func(w http.ResponseWriter, r *http.Request) {
			code := pending[0]
			if pending = pending[1:]; code == "" {
				p.token(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			writeJSONBody(w, claims{"error": code})
		})
		_, _, polls, err := onDevice(t, p, options{})
		if want := []int{5, 10, 15, 25, 35}; err != nil || !slices.Equal(polls, want) {
			t.Errorf("status %d: asked after %v, want %v: %v", status, polls, want, err)
		}
	}
}

// When the countdown that was shown ends, the code has expired: by its own lifetime,
// by the provider's word, or by the time limit of the whole sign-in.
func TestAnExpiredCodeIsCalledOne(t *testing.T) {
	forever := slices.Repeat([]string{"authorization_pending"}, 1000)
	for name, c := range map[string]struct {
		lies  lies
		limit time.Duration
	}{
		"its lifetime":        {lies{device: put("expires_in", 60), pending: forever}, 0},
		"the provider's word": {lies{pending: []string{"authorization_pending", "expired_token"}}, 0},
		"the time limit":      {lies{pending: forever}, 2 * time.Minute},
		"a silent network":    {lies{device: put("expires_in", 60), pending: slices.Repeat([]string{""}, 1000)}, 0},
	} {
		_, _, _, err := onDevice(t, newOP(t, c.lies), options{limit: c.limit})
		p := problem.From(err, "Acme ID")
		if !errors.Is(err, openid.ErrDeviceExpired) || p.Code != "device_expired" ||
			strings.Contains(p.Message+p.Hint, "browser") || strings.Contains(p.Message+p.Hint, "link") {
			t.Errorf("%s: %v, told as %+v", name, err, p)
		}
		if said := strings.Contains(p.Message, "could not be asked"); said != (name == "a silent network") {
			t.Errorf("%s: told as %q", name, p.Message)
		}
	}
}
