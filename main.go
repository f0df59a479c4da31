// Latchkey is a desktop app in which a person signs in with an OpenID Connect
// provider, in their own browser, and stays signed in.
//
// This file wires the rooms together and nothing else happens here: generating
// the JavaScript bindings runs main too.
package main

import (
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"app.latchkey/internal/parts"
)

//go:embed all:frontend
var assets embed.FS

//go:embed build/appicon.png
var icon []byte

func main() {
	app := NewApp(parts.AppName, parts.Version().Version, demoBuild)
	app.start = func(ctx startContext) error { return wire(ctx, app) }
	if err := wails.Run(windowOptions(app)); err != nil {
		fmt.Fprintln(os.Stderr, "latchkey:", err)
		os.Exit(1)
	}
}

// windowOptions describe the one window.
func windowOptions(app *App) *options.App {
	return &options.App{
		Title: parts.AppName, Width: 420, Height: 640, MinWidth: 340, MinHeight: 480,
		AssetServer:              &assetserver.Options{Assets: assets},
		BackgroundColour:         &options.RGBA{R: 250, G: 248, B: 244, A: 255},
		OnStartup:                app.startup,
		OnShutdown:               app.shutdown,
		Bind:                     []any{app},
		ErrorFormatter:           func(err error) any { return err.Error() },
		SingleInstanceLock:       once(app),
		EnableDefaultContextMenu: false,
		Linux:                    &linux.Options{Icon: icon, ProgramName: parts.AppID, WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
		Mac:                      &mac.Options{About: &mac.AboutInfo{Title: parts.AppName, Message: parts.Version().Version, Icon: icon}},
		Windows:                  &windows.Options{Theme: windows.SystemDefault},
	}
}
