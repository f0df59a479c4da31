// Command starter is a desktop app with a home page and a profile. docs/tutorial.md gives it a sign-in, step by step.
package main

import (
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

//go:embed all:frontend
var assets embed.FS

func main() {
	app := &App{}
	err := wails.Run(&options.App{
		Title: "Starter", Width: 480, Height: 420, AssetServer: &assetserver.Options{Assets: assets},
		Bind: []any{app},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "starter:", err)
		os.Exit(1)
	}
}

// App is what the page may call.
type App struct{}

// Greeting is what the home page shows.
func (a *App) Greeting() string { return "Everybody sees this page." }
