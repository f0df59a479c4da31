//go:build demo

package main

import (
	"context"

	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

const demoBuild = true

// beforeParts starts the demo's services and points the settings at them, unless
// they name a provider themselves.
func beforeParts(ctx context.Context, c *core, s *settings.Settings) (func(), error) {
	if s.Configured {
		return func() {}, nil
	}
	idp, err := wire.StartDemo(ctx, s, "", c.log)
	if err != nil {
		return nil, err
	}
	if idp.Notice() != "" {
		c.log.Warn("demo.moved", "text", idp.Notice())
	}
	return func() { _ = idp.Close() }, nil
}
