package ui

import (
	"app.latchkey/internal/account"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

// setUps are the states of the set-up, as [Draw] makes them.
func setUps() map[string]StateView {
	redirects := map[string][]string{}
	for _, f := range provider.Forms() {
		p, _ := provider.PresetOf(f.Preset)
		to := provider.Generic()
		p.Fill(&to, provider.Given{})
		redirects[f.Preset] = to.RedirectAddresses()
	}
	draw := func(m Model, signedIn bool, values ...settings.Value) StateView {
		m.Known = true
		snap := account.Snapshot{Phase: account.PhaseSignedOut}
		f := Facts{App: snapshotApp, Redirects: redirects, ConfigFolder: "/home/ada/.config/acme-desk", Values: values}
		if signedIn {
			f.Ready, f.Provider = true, "Acme ID"
			snap = account.Snapshot{Phase: account.PhaseSignedIn, Session: ada, Accounts: []account.Account{ada, grace}}
		}
		return Draw(m, snap, f)
	}
	chosen := func(source settings.Source, locked bool, pairs ...string) []settings.Value {
		var out []settings.Value
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, settings.Value{Key: pairs[i], Text: pairs[i+1], Source: source, Locked: locked,
				Fixed: locked})
		}
		return out
	}
	file, policy := settings.Source{Name: "preferences.toml"}, settings.Source{Name: "policy.toml"}
	okta := chosen(file, false, "provider", "okta", "domain", "acme.okta.com", "client_id", "0oa1b2c3d4e5f6g7h8i9")
	entra := chosen(policy, true, "provider", "entra", "tenant", "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "client_id",
		"1f0c2a44-9d3e-4a57-8b60-5c1d2e3f4a5b")
	google := chosen(file, false, "provider", "google", "client_id", "123.apps.googleusercontent.com", "client_secret",
		"•••••")
	findings := []FindingView{
		{ID: "discovery", Status: "pass", Title: "The provider describes itself",
			Detail: "https://acme.okta.com/.well-known/openid-configuration"},
		{ID: "dns", Status: "fail", Title: "The provider's name is not known", Detail: "acme.okta.com",
			Advice: "Check the name for a slip of the pen."},
		{ID: "client", Status: "fail", Title: "The token endpoint refuses the client", Detail: "invalid_client",
			Advice: "Compare client_id with the provider's console."},
		{ID: "redirect", Status: "warn", Title: "Whether the redirect address is registered could not be told",
			Detail: "", Advice: "Register exactly http://127.0.0.1:18085/callback for client 0oa1b2c3d4e5f6g7h8i9."},
		{ID: "keychain", Status: "warn", Title: "The keychain is slow", Detail: "4 s", Advice: "Restart it."},
	}
	page := func(s SetUp) Model { return Model{Page: ScreenSetup, SetUp: s} }
	return map[string]StateView{
		"setup":         draw(Model{}, false),
		"setup-asked":   draw(Model{SetUp: SetUp{Asked: true}}, false),
		"setup-page":    draw(page(SetUp{}), true, okta...),
		"setup-locked":  draw(page(SetUp{}), true, entra...),
		"setup-secret":  draw(page(SetUp{}), true, google...),
		"setup-running": draw(page(SetUp{Preset: "okta", Running: true, Findings: findings[:1]}), true, okta...),
		"setup-checked": draw(page(SetUp{Preset: "okta", Checked: true, Findings: findings}), true, okta...),
		"setup-fine":    draw(page(SetUp{Preset: "okta", Checked: true, Findings: findings[:1]}), true, okta...),
		"setup-faults": draw(page(SetUp{
			Preset: "okta", Faults: map[string]string{
				"domain":    "\"acme-admin.okta.com\" is the admin console; the organization is at acme.okta.com",
				"client_id": "this is missing",
			},
			Refused: "/home/ada/.config/acme-desk/config.toml:3: client_secret: it is set for the provider before: " +
				"take it out there first",
		}), true, okta...),
	}
}
