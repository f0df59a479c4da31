// Latchkey is a desktop app in which a person signs in with an OpenID Connect
// provider, in their own browser, and stays signed in.
//
// This file puts the packages together, and nothing else happens here: main also runs when the JavaScript bindings
// are generated.
package main

import (
	"context"
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"

	"app.latchkey/internal/account"
	"app.latchkey/internal/connect"
	"app.latchkey/internal/desktop"
	"app.latchkey/internal/late"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/program"
	_ "app.latchkey/internal/quiethttp" // before net/http reads GODEBUG
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
		Connect: connect.Services(s, err, wire.Options{
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
