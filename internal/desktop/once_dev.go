//go:build dev

package desktop

import "github.com/wailsapp/wails/v2/pkg/options"

const devBuild = true

// once is off in development: live reload starts the next build while the last one
// still ends.
func (*shell) once() *options.SingleInstanceLock { return nil }
