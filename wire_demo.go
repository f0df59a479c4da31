//go:build demo

package main

import (
	"context"
	"path/filepath"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/provider"
)

const demoBuild = true

// beforeParts starts the demo provider and points the settings at it, unless they
// name a provider themselves.
func beforeParts(ctx context.Context, a *App, s *provider.Settings) (func(), error) {
	if s.Configured {
		return func() {}, nil
	}
	idp, err := demoidp.Start(ctx, demoidp.Config{Dir: filepath.Join(s.DataDir, "provider"), Log: a.log})
	if err != nil {
		return nil, err
	}
	if idp.Notice() != "" {
		a.log.Warn("demo.moved", "text", idp.Notice())
	}
	s.Provider.Issuer, s.Provider.ClientID, s.Provider.Name, s.Configured = idp.Issuer(), demoidp.ClientID, "the demo provider", true
	return func() { _ = idp.Close() }, nil
}
