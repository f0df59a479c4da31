package ui

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// The states that the browser tests draw, as Go would publish them. Where a state is
// made by Go's own functions, they make it here too.

var (
	snapshotTime = time.Date(2026, 3, 14, 9, 14, 0, 0, time.UTC)
	snapshotNow  = time.Date(2026, 3, 14, 10, 32, 0, 0, time.UTC) // the browser's clock in the tests
	snapshotApp  = AppView{Name: "Acme Desk", Version: "1.2.3", Demo: true, Appearance: "system"}
	acmeID       = ProviderView{Name: "Acme ID", Mark: "A", Device: true, EndSession: true, Revocation: true}
)

// portrait is a picture of the size and kind that internal/picture makes.
var portrait = func() string {
	const side = 192
	img := image.NewPaletted(image.Rect(0, 0, side, side),
		color.Palette{color.RGBA{0xc9, 0xdb, 0xd5, 255}, color.RGBA{0x3b, 0x2a, 0x22, 255},
			color.RGBA{0xe3, 0xb7, 0x96, 255}, color.RGBA{0x7d, 0x2f, 0x3c, 255}})
	within := func(x, y, cx, cy, rx, ry float64) bool { return (x-cx)*(x-cx)/(rx*rx)+(y-cy)*(y-cy)/(ry*ry) < 1 }
	for y := range side {
		for x := range side {
			fx, fy := float64(x)/side, float64(y)/side
			switch {
			case within(fx, fy, 0.5, 0.43, 0.165, 0.21) && fy > 0.33, within(fx, fy, 0.5, 0.66, 0.075, 0.13):
				img.SetColorIndex(x, y, 2)
			case within(fx, fy, 0.5, 0.4, 0.235, 0.26), within(fx, fy, 0.5, 0.17, 0.11, 0.09):
				img.SetColorIndex(x, y, 1)
			case within(fx, fy, 0.5, 1.05, 0.42, 0.36):
				img.SetColorIndex(x, y, 3)
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes())
}()

// strayWords are what is said of an error without a state.
const strayWords = "An error came that names no sign-in. It says: “invalid_scope: no such scope”. " +
	"Anybody can have sent it, so that it ends nothing: the app is still waiting."

func on(screen string, with func(*StateView)) StateView {
	v := StateView{Screen: screen, App: snapshotApp, Provider: acmeID, Accounts: []AccountView{}}
	with(&v)
	return v
}

// claimed is a session whose claims are these, as the account would show it.
func claimed(subject string, claims claims.Claims) account.Account {
	text := func(name string) string { return strings.Trim(string(claims[name]), `"`) }
	return account.Account{
		Key: session.Key{Issuer: "https://id.acme.example", Subject: subject},
		Profile: session.Profile{Name: text("name"), Email: text("email"),
			EmailVerified: text("email_verified") == "true", Claims: claims},
		AMR: []string{"sso"}, IDTokenVerified: true, CanRefresh: true,
		SignedInAt: snapshotTime, Refreshed: snapshotTime.Add(time.Hour), Expiry: snapshotTime.Add(2 * time.Hour),
	}
}

var ada = claimed("ada", claims.Claims{
	"name": q("Ada Lovelace"), "given_name": q("Ada"), "family_name": q("Lovelace"), "email": q("ada@acme.example"),
	"email_verified": raw("true"),
	"locale":         q("en-GB"), "zoneinfo": q("Europe/London"), "updated_at": raw("1772100000"),
	"org_name": q("Acme Corp"), "org_id": q("org_7Q2"),
	"roles": raw(`["Engineer","Admin"]`), "iss": q("https://id.acme.example"), "sub": q("ada"), "aud": q("acme-desk"),
	"iat": raw("1773479640"),
	"exp": raw("1773483240"), "auth_time": raw("1773479600"), "amr": raw(`["sso"]`), "acr": q("urn:acme:two"),
	"sid":        q("b1946ac9"),
	"department": q("Analytical Engines"), "https://acme.example/cost-center": raw("4711"),
	"building": raw(`{"name":"Somerset House","floor":3}`),
})

func q(s string) []byte   { return []byte(`"` + s + `"`) }
func raw(s string) []byte { return []byte(s) }

// shown is the profile and the accounts of signed-in people, the first one active.
func shown(v *StateView, people ...account.Account) {
	s := account.Snapshot{Phase: account.PhaseSignedIn, Session: people[0], Health: account.HealthFresh,
		Accounts: people}
	if v.Screen == ScreenSignIn {
		s.Phase, s.Session = account.PhaseSignedOut, account.Account{}
	}
	drawn := Draw(Model{Known: true, Pictures: map[string]string{"portrait": portrait}}, s,
		Facts{Ready: true, Provider: "Acme ID"})
	v.Profile, v.Accounts = drawn.Profile, drawn.Accounts
}

func pictured(p account.Account) account.Account { p.Profile.Picture = "portrait"; return p }

func ended(p account.Account) account.Account { p.Ended = session.EndedRefused; return p }

func named(subject, name, email string) account.Account {
	return claimed(subject, claims.Claims{"name": q(name), "email": q(email), "email_verified": raw("true")})
}

var (
	grace = named("grace", "Grace Hopper", "grace@navy.example")
	omar  = claimed("omar", claims.Claims{"name": q("عمر الخيّام"), "email": q("omar@acme.example"),
		"organization": q("بيت الحكمة")})
	long = claimed("long", claims.Claims{
		"name":     q(strings.Repeat("Wolfeschlegelsteinhausenbergerdorff ", 5)),
		"email":    q(strings.Repeat("very-long-", 12) + "@acme.example"),
		"org_name": q(strings.Repeat("Amalgamated ", 9) + "Holdings"),
		"roles": raw(`["Keeper of the very long role names","Second assistant to the typesetter",` +
			`"Admin","Engineer"]`),
	})
	mystery = account.Account{Key: session.Key{Issuer: "https://id.acme.example", Subject: "0oa7f3"},
		Profile: session.Profile{Name: "0oa7f3"}, SignedInAt: snapshotTime}
)

func profiles() map[string]StateView {
	many := make([]string, 30)
	for i := range many {
		many[i] = "team-" + strings.Repeat("x", i%9) + string(rune('a'+i%26))
	}
	return map[string]StateView{
		"profile":          on(ScreenProfile, func(v *StateView) { shown(v, pictured(ada), grace) }),
		"profile-initials": on(ScreenProfile, func(v *StateView) { shown(v, ada) }),
		"profile-long":     on(ScreenProfile, func(v *StateView) { shown(v, long, grace, omar, ended(ada)) }),
		"profile-rtl":      on(ScreenProfile, func(v *StateView) { shown(v, omar) }),
		"profile-nobody":   on(ScreenProfile, func(v *StateView) { shown(v, mystery) }),
		"profile-roles":    on(ScreenProfile, func(v *StateView) { shown(v, ada); v.Profile.Roles = many }),
		"profile-ends": on(ScreenProfile, func(v *StateView) {
			limited := ada
			limited.Ends, limited.Idle = snapshotTime.Add(8*time.Hour), 30*time.Minute
			shown(v, limited)
		}),
		"profile-refreshing": on(ScreenProfile, func(v *StateView) {
			shown(v, ada)
			v.Profile.Health = string(account.HealthRefreshing)
		}),
		"profile-offline": on(ScreenProfile, func(v *StateView) {
			shown(v, pictured(ada), ended(grace))
			v.Profile.Health, v.Profile.HealthProblem = string(account.HealthOffline), "Acme ID cannot be reached"
		}),
		"profile-plain": on(ScreenProfile, func(v *StateView) {
			shown(v, ada)
			v.Profile.Provider.EndSession, v.Profile.Provider.Revocation, v.Profile.Renewable = false, false, false
		}),
		"profile-bound": on(ScreenProfile, func(v *StateView) {
			tied := ada
			tied.Binding = account.Binding{Key: "TPM", Hardware: true, Access: true}
			shown(v, tied)
		}),
		"profile-foreign": on(ScreenProfile, func(v *StateView) {
			mine := ada
			mine.Provider, mine.ClientID = "Acme ID", "acme-desk"
			contoso := Facts{Ready: true, Provider: "Contoso", Issuer: "https://login.contoso.example",
				ClientID: "desk"}
			s := account.Snapshot{Phase: account.PhaseSignedIn, Session: mine, Accounts: []account.Account{mine},
				Health: account.HealthFresh}
			drawn := Draw(Model{Known: true}, s, contoso)
			v.Provider, v.Profile, v.Accounts = drawn.Provider, drawn.Profile, drawn.Accounts
		}),
		"profile-cancelled": on(ScreenProfile, func(v *StateView) {
			shown(v, pictured(ada), grace)
			v.Notice = &NoticeView{Title: "Sign-in not finished",
				Lines: []string{"It was cancelled at Acme ID, and nothing has changed."}, Good: true}
		}),
		"profile-leaving": on(ScreenProfile, func(v *StateView) {
			shown(v, pictured(ada),
				grace)
			v.Leaving = leavingOf(v, 0, acmeID)
		}),
		"profile-leaving-plain": on(ScreenProfile, func(v *StateView) {
			shown(v, long)
			v.Leaving = leavingOf(v, 0, ProviderView{Name: "Acme ID"})
		}),
		"details": on(ScreenDetails, func(v *StateView) { shown(v, ada); v.Details = detailsOf(ada) }),
		"details-huge": on(ScreenDetails, func(v *StateView) {
			huge := claimed("huge", claims.Claims{
				"name": q("Ada Lovelace"), "bio": q(strings.Repeat("Notes by the translator. ", 400)),
				"unbroken": q(strings.Repeat("x", 900)),
				"groups":   raw(`["` + strings.Join(strings.Fields(strings.Repeat("engineering ", 80)), `","`) + `"]`),
				"about":    q("عمر الخيّام"),
				"tenants":  raw(`{"T1":{"name":"Acme Corp","roles":["Engineer"],"permissions":["read","write"]}}`),
			})
			shown(v, huge)
			v.Details = detailsOf(huge)
		}),
		"details-empty": on(ScreenDetails, func(v *StateView) { shown(v, mystery); v.Details = detailsOf(mystery) }),
	}
}

func signIns() map[string]StateView {
	since := snapshotNow.Add(-5 * time.Minute).UnixMilli()
	until := snapshotNow.Add(4*time.Minute + 12*time.Second).UnixMilli()
	device := func(complete string) *DeviceView {
		return &DeviceView{Code: "WDJB-MJHT", Address: spoken("https://id.acme.example/device"), QR: qrCode(complete),
			Expires: until}
	}
	return map[string]StateView{
		"starting": {Screen: ScreenStarting, App: snapshotApp, Accounts: []AccountView{}},
		"signin-nameless": on(ScreenSignIn, func(v *StateView) {
			v.Provider.Name,
				v.Provider.Mark = "127.0.0.1:8085", ""
		}),
		"signin":       on(ScreenSignIn, func(*StateView) {}),
		"signin-typed": on(ScreenSignIn, func(v *StateView) { v.Typed = "ada@acme.example" }),
		"signin-release": on(ScreenSignIn, func(v *StateView) {
			v.App.Demo, v.Provider.Device = false, false
		}),
		"signin-ended": on(ScreenSignIn, func(v *StateView) {
			shown(v, ended(pictured(ada)))
			v.Notice = &NoticeView{Again: v.Accounts[0].ID, Title: "Ada Lovelace is signed out",
				Lines: []string{"Acme ID has ended your session. It may have expired or been revoked."}}
		}),
		"signin-several": on(ScreenSignIn, func(v *StateView) {
			shown(v, ended(ada), grace, omar, long)
		}),
		"signin-leaving": on(ScreenSignIn, func(v *StateView) {
			shown(v, ended(ada), grace, omar, long)
			v.Leaving = &LeavingView{ID: Everybody, Name: "Ada Lovelace", Count: 4, Provider: acmeID}
		}),
		"signin-signedout": on(ScreenSignIn, func(v *StateView) {
			v.Notice = &NoticeView{
				Title: "Ada Lovelace is signed out on this computer", Good: true,
				Lines: problem.Ending(session.Ending{Tokens: session.EndingDone, Browser: session.EndingNotAsked},
					"Acme ID"),
			}
		}),
		"waiting-again": on(ScreenWaiting, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until, Linked: true, Again: "consent"}
		}),
		"waiting": on(ScreenWaiting, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until, Linked: true}
		}),
		"waiting-early": on(ScreenWaiting, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until, SignedIn: true}
		}),
		"waiting-trouble": on(ScreenWaiting, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until, Linked: true, OpenFailed: "Your browser did not open",
				Strays: 2, Stray: strayWords}
		}),
		"device": on(ScreenDevice, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until}
			v.Device = device("https://id.acme.example/device?user_code=WDJB-MJHT")
		}),
		"device-early": on(ScreenDevice, func(v *StateView) { v.Waiting = &WaitingView{Since: since, Until: until} }),
		"device-long": on(ScreenDevice, func(v *StateView) {
			v.Waiting = &WaitingView{Since: since, Until: until}
			v.Device = device("https://id.acme.example/" + strings.Repeat("x", 300))
			v.Device.Code = "ABCDEFGH-JKLMNPQR-STVWXYZ2"
			v.Device.Address = "login.a-very-long-name-of-a-provider.acme.example/oauth2/device/verify"
		}),
		"unlock":        on(ScreenUnlock, func(*StateView) {}),
		"unlock-choose": on(ScreenUnlock, func(v *StateView) { v.Choosing = true }),
		"unlock-wrong": on(ScreenUnlock, func(v *StateView) {
			for _, p := range problem.All("Acme ID") {
				if p.Code == "wrong_passphrase" {
					v.Problem = inWords(p)
				}
			}
		}),
	}
}

// leavingOf asks how far the sign-out of one account goes.
func leavingOf(v *StateView, at int, p ProviderView) *LeavingView {
	return &LeavingView{ID: v.Accounts[at].ID, Name: v.Accounts[at].Name, Count: 1, Provider: p}
}

func inWords(p problem.Problem) *ProblemView {
	return &ProblemView{Code: p.Code, Title: p.Title, Message: p.Message, Hint: p.Hint, Admin: p.Admin,
		Detail: "openid: " + p.Code, Ref: "7F3K-20", Actions: p.Actions}
}

// pagesOpened are settings, check and about in their states.
func pagesOpened() map[string]StateView {
	set := SettingsView{
		Provider: []ProviderLine{
			{"Name", SettingView{Text: "Acme ID", Source: "config.toml"}},
			{"Issuer", SettingView{Text: "https://id.acme.example", Source: "config.toml"}},
			{"Client ID", SettingView{Text: "acme-desk", Source: "config.toml"}},
			{"Scopes", SettingView{Text: "openid profile email", Source: ""}},
		},
		Store: SettingView{Text: "keychain"}, Appearance: SettingView{Text: "system"},
		StartHidden: SettingView{Text: "false"}, RememberEmail: SettingView{Text: "true"},
		StartAtLogin: &SettingView{Text: "true"}, Notifications: SettingView{Text: "true"},
		LogFolder: "/home/ada/.local/share/latchkey/logs",
	}
	locked := set
	locked.Provider = []ProviderLine{
		{"Issuer", SettingView{Text: "https://id.acme.example", Source: "policy.toml", Locked: true, Fixed: true}},
		{"Client ID", SettingView{Text: "acme-desk", Source: "policy.toml", Locked: true, Fixed: true}},
		{"Client secret", SettingView{Text: "•••••", Source: "LATCHKEY_CLIENT_SECRET", Fixed: true}},
	}
	locked.Store = SettingView{Text: "file", Source: "policy.toml", Locked: true, Fixed: true}
	locked.Appearance = SettingView{Text: "dark", Source: "policy.toml", Locked: true, Fixed: true}
	locked.RememberEmail = SettingView{Text: "false", Source: "policy.toml", Locked: true, Fixed: true}
	locked.StartHidden = SettingView{Text: "true", Source: "policy.toml", Locked: true, Fixed: true}
	locked.StartAtLogin = &SettingView{Text: "true", Source: "policy.toml", Locked: true, Fixed: true}
	locked.Notifications = SettingView{Text: "false", Source: "policy.toml", Locked: true, Fixed: true}
	refused := set
	refused.StartAtLogin = nil // a Flatpak
	refused.Store = SettingView{Text: "memory", Source: "preferences.toml"}
	refused.Problem = "preferences.toml cannot be written: the disk is full."
	findings := []FindingView{
		{ID: "discovery", Status: "pass", Title: "Acme ID describes itself",
			Detail: "https://id.acme.example, in 84 ms"},
		{ID: "clock", Status: "warn", Title: "This computer's clock is 40 s ahead", Detail: "Acme ID says 09:13:20.",
			Advice: "Let the system set the clock by itself."},
		{ID: "keychain", Status: "fail", Title: "There is no keychain",
			Detail: "org.freedesktop.secrets is not on the bus.",
			Advice: "Install gnome-keyring, or protect what is stored with a passphrase."},
		{ID: "vault", Status: "pass", Title: "What is stored can be read", Detail: "1 account"},
	}
	return map[string]StateView{
		"settings":         on(ScreenSettings, func(v *StateView) { v.Settings = &set }),
		"settings-locked":  on(ScreenSettings, func(v *StateView) { v.Settings = &locked; v.App.Appearance = "dark" }),
		"settings-refused": on(ScreenSettings, func(v *StateView) { v.Settings = &refused }),
		"check":            on(ScreenCheck, func(v *StateView) { v.Check = &CheckView{Passed: 2, Findings: findings} }),
		"check-running": on(ScreenCheck, func(v *StateView) {
			v.Check = &CheckView{Running: true, Passed: 1,
				Findings: findings[:1]}
		}),
		"check-fine": on(ScreenCheck, func(v *StateView) {
			v.Check = &CheckView{Passed: 2,
				Findings: []FindingView{findings[0], findings[3]}}
		}),
		"about": on(ScreenAbout, func(v *StateView) {
			v.About = &AboutView{Commit: "a1b2c3d4e5f6", Date: "2026-03-13T17:02:11Z", Go: "go1.26.0",
				System: "linux/amd64", Licences: []LicenceView{
					{Modules: []string{"github.com/coreos/go-oidc/v3 v3.21.0",
						"gopkg.in/natefinch/lumberjack.v2 v2.2.1"}, Text: "Apache License\nVersion 2.0, January 2004"},
					{Modules: []string{"github.com/wailsapp/wails/v2 v2.16.0"},
						Text: "MIT License\n\nCopyright (c) 2018-Present Lea Anthony\n\n" +
							strings.Repeat("Permission is hereby granted, free of charge. ", 20)},
				}}
		}),
	}
}

// problems are all that there are, by their codes.
func problems() map[string]StateView {
	out := map[string]StateView{
		"problem-markup": on(ScreenProblem, func(v *StateView) {
			v.Problem = &ProblemView{Code: "x", Title: "<img src=x onerror=alert(1)>", Message: "<b>", Hint: "\u202e",
				Detail: "<script>alert(1)</script>", Actions: []string{problem.Dismiss}}
		}),
		"problem-long": on(ScreenProblem, func(v *StateView) {
			v.Problem = &ProblemView{
				Code: "provider_error", Title: strings.Repeat("Amalgamated ", 6) + "ID refused the request",
				Message: strings.Repeat("It says a great deal. ", 20),
				Hint:    strings.Repeat("Do this, then that. ", 12), Detail: strings.Repeat("openid:unbroken", 40),
				Ref: "7F3K-20", Actions: []string{problem.Retry, problem.Check, problem.Dismiss},
			}
		}),
	}
	for _, p := range problem.All("Acme ID") {
		out["problem-"+p.Code] = on(ScreenProblem, func(v *StateView) { v.Problem = inWords(p) })
	}
	return out
}

// detailsOf draws the details of one account.
func detailsOf(p account.Account) *DetailsView {
	return (&drawing{snap: account.Snapshot{Session: p}}).details()
}
