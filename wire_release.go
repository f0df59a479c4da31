//go:build !demo

package main

import (
	"context"

	"app.latchkey/internal/settings"
)

const demoBuild = false

// beforeParts does nothing: a release has no provider of its own.
func beforeParts(context.Context, *core, *settings.Settings) (func(), error) { return func() {}, nil }
