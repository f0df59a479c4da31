// Latchkey is a desktop app in which a person signs in with an OpenID Connect
// provider, in their own browser, and stays signed in.
//
// This file wires the packages together and nothing else happens here: generating
// the JavaScript bindings runs main too.
package main

import (
	"context"
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"app.latchkey/internal/placement"
	_ "app.latchkey/internal/quiethttp" // before net/http reads GODEBUG
	"app.latchkey/internal/startenv"
	"app.latchkey/internal/wire"
)

//go:embed all:frontend
var assets embed.FS

//go:embed build/icons/256.png
var icon []byte

//go:embed build/licences.txt
var licenceList string

func main() {
	startenv.Prepare()
	v := wire.Version()
	app := NewApp(wire.AppName, build{v.Version, v.Commit, v.Date, licenceList}, demoBuild)
	app.start = func(ctx context.Context) (*core, error) { return assemble(ctx, app) }
	if err := wails.Run(windowOptions(app)); err != nil {
		fmt.Fprintln(os.Stderr, "latchkey:", err)
		os.Exit(1)
	}
}

// windowOptions describe the one window: as it was left, as far as that is known.
func windowOptions(app *App) *options.App {
	settings, _ := wire.Settings(nil) // what cannot be used is said on the screen
	left := placement.Load(settings.DataDir)
	if left.Width == 0 { // nothing is remembered yet
		left.Dark = systemDark()
	}
	dark := settings.Appearance == "dark" || left.Dark && settings.Appearance != "light"
	app.attach, app.dark, app.hidden = attach(settings.DataDir, left), dark, settings.StartHidden
	width, height := left.Size(usual, smallest, placement.Screen{})
	return &options.App{
		Title: wire.AppName, Width: width, Height: height, MinWidth: smallest.Width, MinHeight: smallest.Height,
		AssetServer:              &assetserver.Options{Assets: served()},
		BackgroundColour:         paper(dark),
		WindowStartState:         startState(settings.StartHidden),
		Menu:                     appMenu(app),
		HideWindowOnClose:        onMac,
		OnStartup:                app.startup,
		OnBeforeClose:            app.closing,
		OnShutdown:               app.shutdown,
		Bind:                     []any{app},
		ErrorFormatter:           func(err error) any { return err.Error() },
		SingleInstanceLock:       once(app),
		EnableDefaultContextMenu: false,
		DragAndDrop:              &options.DragAndDrop{DisableWebViewDrop: true},
		Linux:                    &linux.Options{Icon: icon, ProgramName: wire.AppID, WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
		Mac:                      &mac.Options{About: &mac.AboutInfo{Title: wire.AppName, Message: wire.Version().Version, Icon: icon}},
		Windows:                  &windows.Options{Theme: windows.SystemDefault},
	}
}

// startState keeps the window small until it is wanted, if the person likes it so.
func startState(hidden bool) options.WindowStartState {
	if hidden {
		return options.Minimised
	}
	return options.Normal
}
