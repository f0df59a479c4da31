package main

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/connect"
	"app.latchkey/internal/desktop"
	"app.latchkey/internal/program"
	"app.latchkey/internal/proof/hardware"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/ui"
	"app.latchkey/internal/wire"
	"app.latchkey/test/idp"
	"app.latchkey/test/secrets"
)

// The page that the window serves at its start has the profile of a stored session in it, and nothing secret: no
// token, key, code, client secret or passphrase, in whatever form.
func TestThePageBringsNoSecret(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(name, home)
	}
	p := idp.Start(t, idp.Config{Lifetime: time.Hour})
	const passphrase, clientSecret = "correct horse <battery>", `a "client's" secret & more`
	s, err := settings.Load(settings.Options{AppID: program.AppID, ConfigDir: home, DataDir: home, Environ: []string{
		"LATCHKEY_ISSUER=" + p.Issuer, "LATCHKEY_CLIENT_ID=" + idp.ClientID, "LATCHKEY_CLIENT_SECRET=" + clientSecret,
		"LATCHKEY_STORE=file", "LATCHKEY_STORE_PASSPHRASE=" + passphrase,
	}})
	if err != nil {
		t.Fatal(err)
	}
	texts := append(stored(t, s), secrets.Text{Kind: "the client secret", Text: clientSecret},
		secrets.Text{Kind: "the passphrase", Text: passphrase})
	for _, one := range p.Secrets() {
		texts = append(texts, secrets.Text(one))
	}
	ctx, stop := context.WithCancel(t.Context())
	var window *ui.Window
	window = ui.New(ui.Options{Connect: connect.Services(s, nil, wire.Options{
		Adopting: func(a account.Account) { window.Prepare(a) },
	})})
	ended := make(chan error)
	go func() { ended <- window.Run(ctx) }()
	defer func() { stop(); <-ended }()
	for _, known := window.First(); !known; _, known = window.First() {
		window.State() // waits for it
	}
	page, err := fs.ReadFile(desktop.App(desktop.Options{Assets: assets, Window: window}).AssetServer.Assets,
		"frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	_, state, found := strings.Cut(string(page), `<script type="application/json" id="state">`)
	if !found || !strings.Contains(state, "ada@acme.example") || !strings.Contains(state, "grace@acme.example") {
		t.Fatalf("the page does not bring the profile and the accounts:\n%s", page)
	}
	var look secrets.Look
	look.Add("the page", page)
	if len(texts) < 15 {
		t.Errorf("%d secrets are looked for", len(texts))
	}
	for _, where := range look.Found(texts...) {
		t.Error(where)
	}
}

// stored signs two people in, adds what else a session may keep, and returns the secrets of both.
func stored(t *testing.T, s settings.Settings) []secrets.Text {
	t.Helper()
	parts, err := wire.New(s, wire.Options{App: program.AppName, ID: program.AppID,
		OpenURL: func(ctx context.Context, address string) error {
			_, err := robot.New(nil).Visit(ctx, address)
			return err
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	for _, who := range []string{"grace", "ada"} {
		if err := parts.Account.SignIn(t.Context(), session.SignInRequest{LoginHint: who}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := parts.Vault.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := session.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	key, err := hardware.Maker{Want: hardware.SoftwareOnly}.New()
	if err != nil {
		t.Fatal(err)
	}
	one, _ := b.Current()
	one.ProofKey = key.Blob()
	one = one.WithAPI("orders", session.APIToken{
		Tokens: session.Tokens{Access: secret.New("the token of the API orders")}, Obtained: time.Now(),
	})
	b.Put(one)
	b.Revoke = append(b.Revoke, session.Revocation{Key: one.Key, Refresh: secret.New("a token that is to be revoked")})
	if data, err = session.Encode(b); err == nil {
		err = parts.Vault.Save(t.Context(), data)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := []secrets.Text{
		{Kind: "the API's token", Text: "the token of the API orders"},
		{Kind: "the token to be revoked", Text: "a token that is to be revoked"},
		{Kind: "the key", Text: one.ProofKey.Reveal()},
		{Kind: "the key's own bytes", Text: one.ProofKey.Reveal()[strings.IndexByte(one.ProofKey.Reveal(), ':')+1:]},
	}
	for _, s := range b.Sessions {
		out = append(out, secrets.Text{Kind: "access token", Text: s.Tokens.Access.Reveal()},
			secrets.Text{Kind: "refresh token", Text: s.Tokens.Refresh.Reveal()},
			secrets.Text{Kind: "ID token", Text: s.Tokens.ID.Reveal()}, secrets.Text{Kind: "nonce", Text: s.Nonce})
	}
	return out
}
