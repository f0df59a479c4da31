package demoidp_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/session"
)

// shorter writes the built-in file with other lifetimes.
func shorter(t *testing.T, pairs ...string) string {
	t.Helper()
	text := string(demoidp.Example())
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the file has no %s", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	path := filepath.Join(t.TempDir(), "demo.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// byDevice signs in with the device grant. answer does what the person does with the code and the address.
func (a *app) byDevice(answer func(session.DeviceCode)) (session.Session, error) {
	ctx, stop := context.WithTimeout(a.t.Context(), time.Minute)
	defer stop()
	shown := make(chan session.DeviceCode, 1)
	go func() {
		select {
		case d := <-shown:
			answer(d)
		case <-ctx.Done():
		}
	}()
	return a.client.SignIn(ctx, session.SignInRequest{Device: true, Progress: func(p session.Progress) {
		if p.Device != nil {
			select {
			case shown <- *p.Device:
			default:
			}
		}
	}})
}

// typed enters a code, signs in, presses the button and returns the last page.
func typed(t *testing.T, d session.DeviceCode, button string) *robot.Page {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	b := robot.New(nil)
	page, err := b.Visit(ctx, d.VerificationURI)
	if err == nil {
		page, err = b.Submit(ctx, page.Forms[0], url.Values{"user_code": {strings.ToLower(d.UserCode)}})
	}
	if err == nil {
		page, err = robot.Quick("grace")(ctx, b, page)
	}
	if err == nil {
		says(t, page, "Let the other device in?", d.UserCode, "Grace Hopper")
		page, err = b.Submit(ctx, page.Forms[0], url.Values{button: {"1"}})
	}
	if err != nil {
		t.Error(err)
		return &robot.Page{}
	}
	return page
}

func TestADeviceIsLetInOrTurnedAway(t *testing.T) {
	idp := start(t, demoidp.Config{File: shorter(t, `device_interval = "3s"`, `device_interval = "1s"`)})
	a := newApp(t, idp)
	s, err := a.byDevice(func(d session.DeviceCode) { says(t, typed(t, d, "allow"), "The device is in") })
	if err != nil || s.Key.Subject != "grace" || s.Tokens.Refresh.IsZero() || len(s.AMR) != 1 || s.AMR[0] != "social" {
		t.Errorf("%+v %v", s.Key, err)
	}
	if _, err := a.byDevice(func(d session.DeviceCode) { says(t, typed(t, d, "deny"), "turned away") }); !errors.Is(err,
		openid.ErrDeviceDeclined) {
		t.Errorf("turned away: %v", err)
	}
}

func TestADeviceThatNobodyAnswers(t *testing.T) {
	a := newApp(t,
		start(t,
			demoidp.Config{
				File: shorter(t, `device_interval = "3s"`, `device_interval = "1s"`, `device_code     = "10m"`,
					`device_code = "2s"`),
			}))
	if _, err := a.byDevice(func(session.DeviceCode) {}); !errors.Is(err, openid.ErrDeviceExpired) {
		t.Errorf("%v", err)
	}
}

// A device code brings tokens once, and a device that asks too often is answered slow_down (RFC 8628 §3.5).
func TestADeviceCodeWorksOnce(t *testing.T) {
	d := newRelyingParty(t, demoidp.Config{})
	status, answer := d.post("/device_authorization", url.Values{"scope": {"openid offline_access"}})
	if status != 200 || answer["verification_uri"] != d.idp.Issuer()+"/device" || answer["interval"] != 3.0 {
		t.Fatalf("%d %v", status, answer)
	}
	grant := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {answer["device_code"].(string)},
	}
	if status, v := d.token(grant); status != 400 || v["error"] != "authorization_pending" {
		t.Errorf("%d %v", status, v)
	}
	if status, v := d.token(grant); status != 400 || v["error"] != "slow_down" {
		t.Errorf("at once again: %d %v", status, v)
	}
	typed(t,
		session.DeviceCode{
			UserCode: answer["user_code"].(string), VerificationURI: answer["verification_uri"].(string),
		}, "allow")
	var tokens map[string]any
	for end := time.Now().Add(time.Minute); tokens["access_token"] == nil &&
		time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		_, tokens = d.token(grant) // slowed down until the interval has passed
	}
	if tokens["access_token"] == nil || d.userinfo(tokens["access_token"]) != 200 {
		t.Fatalf("%v", tokens)
	}
	if status, v := d.token(grant); status != 400 {
		t.Errorf("the code once more: %d %v", status, v)
	}
}
