//go:build !dev

package main

import (
	"github.com/wailsapp/wails/v2/pkg/options"

	"app.latchkey/internal/wire"
)

const devBuild = false

// once lets a second start bring the first window to the front, and end.
func once(app *App) *options.SingleInstanceLock {
	return &options.SingleInstanceLock{
		UniqueId:               "app.latchkey." + wire.AppID,
		OnSecondInstanceLaunch: func(options.SecondInstanceData) { app.window.front() },
	}
}
