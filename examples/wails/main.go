// Command wails is a desktop app with a home page that everybody sees and a profile that only a signed-in person sees.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"app.latchkey/signin"
)

//go:embed all:frontend
var assets embed.FS

func main() {
	issuer := flag.String("issuer", os.Getenv("LATCHKEY_ISSUER"), "the provider's `address`")
	clientID := flag.String("client-id", os.Getenv("LATCHKEY_CLIENT_ID"), "what the provider knows this app as")
	passphrase := flag.String("passphrase-file", "", "`file` whose text protects the session, where there is no "+
		"keychain")
	flag.Parse()

	client, err := signin.Open(context.Background(), signin.Config{
		App: signin.App{ID: "com.example.wails", Name: "Example"}, Provider: signin.Issuer(*issuer, *clientID),
		Store: store(*passphrase),
	})
	if err == nil {
		app := &App{client: client, ended: make(chan struct{})}
		err = wails.Run(&options.App{
			Title: "Example", Width: 480, Height: 400, AssetServer: &assetserver.Options{Assets: assets},
			OnStartup: app.startup, OnShutdown: app.shutdown, Bind: []any{app},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "wails:", err)
		os.Exit(1)
	}
}

// App is what the page may call. What comes of a call arrives as the event "state".
type App struct {
	client *signin.Client
	ctx    context.Context
	ended  chan struct{}
}

// startup sends every change of the session to the page.
func (a *App) startup(ctx context.Context) {
	a.ctx = ctx
	go func() {
		defer close(a.ended)
		for state := range a.client.Watch(ctx) {
			runtime.EventsEmit(ctx, "state", state)
		}
	}()
}

func (a *App) shutdown(context.Context) {
	_ = a.client.Close()
	<-a.ended
}

// State is what the page shows first.
func (a *App) State() signin.State {
	for state := range a.client.Watch(a.ctx) {
		return state
	}
	return signin.State{}
}

// SignIn opens the browser and returns at once.
func (a *App) SignIn() { go func() { _, _ = a.client.SignIn(a.ctx) }() }

// Cancel gives the sign-in under way up.
func (a *App) Cancel() { a.client.Cancel() }

// SignOut signs out here and at the provider.
func (a *App) SignOut() { go func() { _, _ = a.client.SignOut(a.ctx, signin.Revoke) }() }
