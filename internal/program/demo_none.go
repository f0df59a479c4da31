//go:build !demo

package program

import (
	"context"
	"log/slog"

	"app.latchkey/internal/settings"
)

// DemoBuild reports whether the demo is in this build.
const DemoBuild = false

// ServeDemo does nothing: a release has no provider of its own.
func ServeDemo(context.Context, *settings.Settings, *slog.Logger) (func(), error) {
	return func() {}, nil
}

// PointAtDemo does nothing, for the same reason.
func PointAtDemo(*settings.Settings) {}
