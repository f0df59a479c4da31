// Latchkey is a desktop app in which a person signs in with an OpenID Connect
// provider, in their own browser, and stays signed in.
//
// This file wires the packages together, and nothing else happens here: generating
// the JavaScript bindings runs main too.
package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wailsapp/wails/v2"

	"app.latchkey/internal/account"
	"app.latchkey/internal/autostart"
	"app.latchkey/internal/desktop"
	"app.latchkey/internal/doctor"
	"app.latchkey/internal/late"
	"app.latchkey/internal/logfile"
	"app.latchkey/internal/online"
	"app.latchkey/internal/picture"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/program"
	_ "app.latchkey/internal/quiethttp" // before net/http reads GODEBUG
	"app.latchkey/internal/settings"
	"app.latchkey/internal/startenv"
	"app.latchkey/internal/ui"
	"app.latchkey/internal/wire"
)

//go:embed all:frontend
var assets embed.FS

//go:embed build/icons/256.png
var icon []byte

//go:embed build/licences.txt
var licences string

func main() {
	startenv.Prepare()
	if late.Serve() {
		return
	}
	s, err := program.Settings(nil) // what cannot be used is said on the screen
	if err := wire.Foreign(s); err != nil {
		words := problem.From(err, "")
		fmt.Fprintf(os.Stderr, "latchkey: %s. %s %s\n", words.Title, words.Message, words.Hint)
		os.Exit(1)
	}
	built := program.Version()
	var window *ui.Window
	window = ui.New(ui.Options{
		App:         ui.AppView{Name: program.AppName, Version: built.Version, Demo: program.DemoBuild},
		About:       ui.About(built.Commit, built.Date, licences),
		StartHidden: s.StartHidden,
		Connect: connector(s, err, wire.Options{
			Adopting: func(p account.Account) { window.Prepare(p) },
			StepUp:   func(ctx context.Context, asked account.StepUp) error { return window.AskStepUp(ctx, asked) },
		}),
	})
	calls := desktop.NewCalls(window)
	err = wails.Run(desktop.App(desktop.Options{
		Name: program.AppName, ID: program.AppID, Version: built.Version,
		DataDir: s.DataDir, Appearance: s.Appearance, StartHidden: s.StartHidden,
		Assets: assets, Icon: icon, Window: window, Calls: calls, Bind: &App{window, calls},
	}))
	if err != nil {
		fmt.Fprintln(os.Stderr, "latchkey:", err)
		os.Exit(1)
	}
}

// connector makes the window's services: the first time of the settings that were read
// at the start, later of settings that it reads anew. to are the calls of the account to the window.
func connector(s settings.Settings, err error, to wire.Options) func(context.Context,
	func(account.Snapshot)) *ui.Services {
	fresh := true
	return func(ctx context.Context, changed func(account.Snapshot)) *ui.Services {
		if !fresh {
			s, err = program.Settings(nil)
		}
		fresh = false
		return connect(ctx, s, err, to, changed)
	}
}

// connect makes services of settings. When the settings cannot be used the services
// have their log and the doctor all the same.
func connect(ctx context.Context, s settings.Settings, err error, to wire.Options,
	changed func(account.Snapshot)) *ui.Services {
	c := ui.NewServices(changed)
	c.LogFolder, c.ConfigFolder, c.OpenFolder = filepath.Join(s.DataDir, "logs"), s.ConfigDir, wire.FolderOpener(s)
	log, file := logfile.OpenAs(program.LogOptions(s, "latchkey"))
	log.Info("app.started", "version", program.Version().Version)
	for _, w := range s.Warnings {
		log.Warn("settings.warning", "text", w)
	}
	c.Log, c.Close = log, func() { _ = file.Close() }
	entry := autostart.Entry{ID: program.AppID, Name: program.AppName}
	c.AtLogin, c.SetAtLogin = entry.On, entry.Set
	var parts *wire.Parts
	if err == nil {
		startAtLogin(entry, s.StartAtLogin, log)
		c.OnDemo = program.DemoBuild && !s.Configured
		var endDemo func()
		endDemo, err = program.ServeDemo(ctx, &s, log)
		c.Close = func() { endDemo(); _ = file.Close() }
	}
	if err == nil {
		parts, err = wire.New(s, wire.Options{
			App: program.AppName, ID: program.AppID, Version: program.Version().Version, Log: log,
			Adopting: to.Adopting, StepUp: to.StepUp,
			OnChange: changed, Leave: late.Leaver(program.AppName), SystemLog: program.SystemLog(s),
		})
	}
	var pictures *picture.Fetcher
	if err == nil {
		pictures, err = picture.New(picture.Options{
			Loopback: strings.HasPrefix(s.Provider.Issuer, "http://"), Hosts: s.PictureHosts,
			Transport: parts.Transport,
		})
	}
	held := wire.NewPreferences(s) // with what the demo has put in
	c.Values, c.Save = held.Values, held.Save
	c.SaveSetUp, c.Demo, c.Redirects = held.SaveSetUp, held.NoProvider, sync.OnceValue(held.Redirects)
	c.TrySetUp = func(ctx context.Context, preset string, typed map[string]string, found func(ui.FindingView)) error {
		tried, err := held.SetUp(preset, typed)
		if err != nil {
			return err
		}
		o := wire.Options{App: program.AppName, ID: program.AppID, Version: program.Version().Version}
		return wire.Examine(ctx, o, tried, telling(found))
	}
	if err != nil {
		c.Err, c.Examine = err, examining(wire.Doctor(program.AppName, program.Version().Version, s, err))
		return c
	}
	supply(c, parts)
	c.Picture = pictures.Fetch
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

// supply fills the services with the parts.
func supply(c *ui.Services, p *wire.Parts) {
	s, end := p.Settings, c.Close
	unwatch := watchNetwork(p.Account, c.Log)
	c.Close = func() { unwatch(); p.Close(); end() }
	c.Provider, c.Ready, c.Account = s.Provider.Name, s.Configured, p.Account
	c.Issuer, c.ClientID, c.Organizations = s.Provider.Issuer, s.Provider.ClientID, s.Provider.OrganizationParam != ""
	c.OpenURL, c.Paste, c.Examine = p.Browser.Open, p.Accept, examining(p.Doctor())
	c.Unlock, c.UnlockKeychain, c.ChangeStore = p.Vault.Unlock, p.Vault.UnlockKeychain, p.ChangeStore
	c.StartOver = p.Vault.StartOver
	c.Store = func() string { return string(p.Vault.Kind()) }
	if p.OpenID != nil {
		c.Offers = p.OpenID.Offers
	}
}

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
	return func() { stop(); watching.Wait() }
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
