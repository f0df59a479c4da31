// Package connect makes the services of the window of the settings: the parts of package wire, the pictures, the start
// at the sign-in to the computer, the watch over the network, and in demo builds the demo's provider. It is wiring: it
// decides nothing that the packages below it could decide, and touches nothing but what they touch.
package connect

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"app.latchkey/internal/account"
	"app.latchkey/internal/autostart"
	"app.latchkey/internal/doctor"
	"app.latchkey/internal/late"
	"app.latchkey/internal/logfile"
	"app.latchkey/internal/online"
	"app.latchkey/internal/picture"
	"app.latchkey/internal/program"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/ui"
	"app.latchkey/internal/wire"
)

// Services returns what makes the window's services: the first time of the settings that were read at the start, with
// the error of that reading, and later of settings that it reads anew. When the settings cannot be used, the services
// have their log and the doctor all the same. to are the calls of the account to the window.
func Services(s settings.Settings, err error, to wire.Options) func(context.Context,
	func(account.Snapshot)) *ui.Services {
	fresh := true
	return func(ctx context.Context, changed func(account.Snapshot)) *ui.Services {
		if !fresh {
			s, err = program.Settings(nil)
		}
		fresh = false
		to.OnChange = changed
		return services(ctx, s, err, to)
	}
}

// services makes services of settings, or of the error that they have.
func services(ctx context.Context, s settings.Settings, err error, o wire.Options) *ui.Services {
	log, file := logfile.OpenAs(program.LogOptions(s, "latchkey"))
	log.Info("app.started", "version", program.Version().Version)
	for _, w := range s.Warnings {
		log.Warn("settings.warning", "text", w)
	}
	c := ui.NewServices(o.OnChange)
	c.Log, c.Close = log, func() { _ = file.Close() }
	c.LogFolder, c.ConfigFolder, c.OpenFolder = filepath.Join(s.DataDir, "logs"), s.ConfigDir, wire.FolderOpener(s)
	entry := autostart.Entry{ID: program.AppID, Name: program.AppName}
	c.AtLogin, c.SetAtLogin = entry.On, entry.Set
	o.App, o.ID, o.Version, o.Log = program.AppName, program.AppID, program.Version().Version, log
	o.Leave, o.SystemLog = late.Leaver(program.AppName), program.SystemLog(s)
	if err == nil {
		startAtLogin(entry, s.StartAtLogin, log)
		err = supply(ctx, c, &s, o)
	}
	if err != nil {
		c.Err, c.Examine = err, examining(wire.Doctor(o.App, o.Version, s, err))
	}
	held := wire.NewPreferences(s) // with what the demo has put in
	c.Values, c.Save = held.Values, held.Save
	c.SaveSetUp, c.Demo, c.Redirects = held.SaveSetUp, held.NoProvider, sync.OnceValue(held.Redirects)
	c.TrySetUp = func(ctx context.Context, preset string, typed map[string]string, found func(ui.FindingView)) error {
		tried, err := held.SetUp(preset, typed)
		if err != nil {
			return err
		}
		return wire.Examine(ctx, wire.Options{App: o.App, ID: o.ID, Version: o.Version}, tried, telling(found))
	}
	return c
}

// startAtLogin makes the entry as the settings want it.
func startAtLogin(entry autostart.Entry, wish string, log *slog.Logger) {
	keep := entry.Mend
	if wish != "person" {
		keep = func() error { return entry.Keep(wish == "on") }
	}
	if err := keep(); err != nil && !errors.Is(err, autostart.ErrNotHere) {
		log.Warn("login.not_kept", "err", err)
	}
}

// supply starts the demo in demo builds, makes the parts, and fills the services with them. What was begun ends with
// [ui.Services].Close, also after an error.
func supply(ctx context.Context, c *ui.Services, s *settings.Settings, o wire.Options) error {
	c.OnDemo = program.DemoBuild && !s.Configured
	endDemo, err := program.ServeDemo(ctx, s, o.Log)
	c.Close = before(endDemo, c.Close)
	if err != nil {
		return err
	}
	p, err := wire.New(*s, o)
	if err != nil {
		return err
	}
	c.Close = before(p.Close, c.Close)
	pictures, err := picture.New(picture.Options{
		Loopback: strings.HasPrefix(s.Provider.Issuer, "http://"), Hosts: s.PictureHosts, Transport: p.Transport,
	})
	if err != nil {
		return err
	}
	c.Close = before(watchNetwork(p.Account, o.Log), c.Close)
	c.Provider, c.Ready, c.Account = s.Provider.Name, s.Configured, p.Account
	c.Issuer, c.ClientID, c.Organizations = s.Provider.Issuer, s.Provider.ClientID, s.Provider.OrganizationParam != ""
	c.OpenURL, c.Paste, c.Examine, c.Picture = p.Browser.Open, p.Accept, examining(p.Doctor()), pictures.Fetch
	c.Unlock, c.UnlockKeychain, c.ChangeStore = p.Vault.Unlock, p.Vault.UnlockKeychain, p.ChangeStore
	c.StartOver = p.Vault.StartOver
	c.Store = func() string { return string(p.Vault.Kind()) }
	if p.OpenID != nil {
		c.Offers = p.OpenID.Offers
	}
	return nil
}

// before ends one thing, and then what stood before it.
func before(end, rest func()) func() { return func() { end(); rest() } }

// watchNetwork tells the account of every change of the network: what could not be
// reached is tried at once. The returned func ends that.
func watchNetwork(a *account.Manager, log *slog.Logger) func() {
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() {
		if err := online.Watch(ctx, a.Online); err != nil {
			log.Info("network.not_watched", "err", err)
		}
	})
	return before(stop, watching.Wait)
}

// examining tells the doctor's findings as the window shows them.
func examining(d *doctor.Doctor) func(context.Context, func(ui.FindingView)) error {
	return func(ctx context.Context, found func(ui.FindingView)) error {
		d.Run(ctx, telling(found))
		return ctx.Err()
	}
}

// telling tells one finding as the window shows it.
func telling(found func(ui.FindingView)) func(doctor.Finding) {
	return func(f doctor.Finding) {
		found(ui.FindingView{ID: f.ID, Status: string(f.Status), Title: f.Title, Detail: f.Detail, Advice: f.Advice})
	}
}
