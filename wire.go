package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/internal/browser"
	"app.latchkey/internal/logfile"
	"app.latchkey/internal/picture"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

// assemble makes the core of the app from the settings. When they cannot be used, what
// the core returned with the error still has its log.
func assemble(ctx context.Context, a *App) (*core, error) {
	c := newCore()
	s, err := wire.Settings(nil)
	closers := openLog(c, s)
	c.stop = func() {
		for _, end := range slices.Backward(closers) {
			end()
		}
	}
	held := &preferences{s: s}
	c.values, c.save = held.values, held.save
	if err != nil {
		c.examine = examining(wire.Doctor(s, err))
		return c, err
	}
	end, err := beforeParts(ctx, c, &s)
	if err != nil {
		return c, err
	}
	closers = append(closers, end)
	p, err := wire.New(s, wire.Options{App: wire.AppName, ID: wire.AppID, Log: c.log, OnChange: a.changed})
	if err != nil {
		return c, err
	}
	closers = append(closers, p.Close)
	held.s = s // with what the demo has put in
	fill(c, s, p)
	return c, nil
}

// openLog opens the log in its folder. Without a log the app works all the same.
func openLog(c *core, s settings.Settings) []func() {
	c.logs, c.folder = filepath.Join(s.DataDir, "logs"), s.ConfigDir
	c.openFolder = openFolder(s.ConfigDir)
	log, file := logfile.Open(c.logs, "latchkey", s.Log)
	c.log = log
	log.Info("app.started", "version", wire.Version().Version)
	for _, w := range s.Warnings {
		log.Warn("settings.warning", "text", w)
	}
	return []func(){func() { _ = file.Close() }}
}

// openFolder shows a folder. That of config.toml is made if need be: whoever is to
// write the file must find the place.
func openFolder(config string) func(context.Context, string) error {
	opener := &browser.Opener{}
	return func(ctx context.Context, path string) error {
		if path == config {
			if err := os.MkdirAll(path, 0o700); err != nil {
				return browser.ErrFolder
			}
		}
		return opener.OpenFolder(ctx, path)
	}
}

// fill connects the core with the packages.
func fill(c *core, s settings.Settings, p *wire.Parts) {
	c.provider, c.ready, c.account = s.Provider.Name, s.Configured, p.Account
	c.openURL, c.paste = p.Browser.Open, p.Accept
	c.examine = examining(p.Doctor())
	c.unlock, c.unlockKeychain = p.Vault.Unlock, p.Vault.UnlockKeychain
	c.changeStore = p.ChangeStore
	c.store = func() string { return string(p.Vault.Kind()) }
	if p.OpenID != nil {
		c.offers = p.OpenID.Offers
	}
	fetcher := picture.Fetcher{
		Loopback: strings.HasPrefix(s.Provider.Issuer, "http://"), Hosts: s.PictureHosts, RootCAs: s.Provider.RootCAs,
	}
	c.picture = fetcher.Fetch
}
