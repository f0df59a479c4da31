//go:build dev

package desktop

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/options"

	"app.latchkey/internal/devguard"
)

const devBuild = true

// once is off in development: live reload starts the next build while the last one
// still ends.
func (*shell) once() *options.SingleInstanceLock { return nil }

// guarded puts Wails' development server behind package devguard, which must take over
// before Wails runs.
func guarded(o *options.App) *options.App {
	address := devguard.TakeOver()
	if address == "" {
		return o
	}
	var server atomic.Pointer[devguard.Server]
	startup, shutdown := o.OnStartup, o.OnShutdown
	o.OnStartup = func(ctx context.Context) {
		s, err := devguard.Serve(ctx, address)
		if err != nil {
			fmt.Fprintln(os.Stderr, "latchkey: no development server for a browser:", err)
		}
		server.Store(s)
		startup(ctx)
	}
	o.OnShutdown = func(ctx context.Context) {
		server.Load().Close()
		shutdown(ctx)
	}
	return o
}
