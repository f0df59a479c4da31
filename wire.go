package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"app.latchkey/internal/logfile"
	"app.latchkey/internal/parts"
	"app.latchkey/internal/picture"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

type startContext = context.Context

// wire makes the parts of the app, once the window is there.
func wire(ctx context.Context, a *App) error {
	a.window = window{
		emit:  func(v StateView) { runtime.EventsEmit(ctx, eventChanged, v) },
		title: func(t string) { runtime.WindowSetTitle(ctx, t) },
		front: func() {
			runtime.WindowUnminimise(ctx)
			runtime.Show(ctx)
			runtime.WindowShow(ctx)
		},
		copy: func(text string) error { return runtime.ClipboardSetText(ctx, text) },
	}
	flags := map[string]string{}
	settings, err := parts.Settings(flags)
	if err != nil {
		return err
	}
	log, file, err := logfile.Open(filepath.Join(settings.DataDir, "logs"), "latchkey", settings.Log)
	closers := []func(){}
	if err == nil { // without a log the app works all the same
		a.log = log
		closers = append(closers, func() { _ = file.Close() })
	}
	for _, w := range settings.Warnings {
		a.log.Warn("settings.warning", "text", w)
	}
	end, err := beforeParts(ctx, a, &settings)
	if err != nil {
		return err
	}
	closers = append(closers, end)
	p, err := parts.New(settings, parts.Options{App: parts.AppName, ID: parts.AppID, Log: a.log, OnChange: a.changed})
	if err != nil {
		return err
	}
	closers = append(closers, p.Close)
	a.stop = func() {
		for i := len(closers) - 1; i >= 0; i-- {
			closers[i]()
		}
	}
	a.provider, a.ready = settings.Provider.Name, settings.Configured
	a.openURL, a.paste = p.Browser.Open, p.Accept
	a.unlock, a.unlockKeychain = p.Vault.Unlock, p.Vault.UnlockKeychain
	a.changeStore = func(ctx context.Context, kind string, passphrase secret.Secret) error {
		return p.Vault.Change(ctx, vault.Kind(kind), passphrase)
	}
	fetcher := picture.Fetcher{Loopback: strings.HasPrefix(settings.Provider.Issuer, "http://"), RootCAs: settings.Provider.RootCAs}
	a.picture = fetcher.Fetch
	a.account = p.Account
	return nil
}
