//go:build !dev

package desktop

import "github.com/wailsapp/wails/v2/pkg/options"

const devBuild = false

// once lets a second start bring the first window to the front, and end.
func (s *shell) once() *options.SingleInstanceLock {
	return &options.SingleInstanceLock{
		UniqueId:               "app.latchkey." + s.ID,
		OnSecondInstanceLaunch: func(options.SecondInstanceData) { s.Window.Front() },
	}
}

// guarded has nothing to guard: a release has no development server.
func guarded(o *options.App) *options.App { return o }
