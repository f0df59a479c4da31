//go:build !demo

package main

import (
	"github.com/spf13/cobra"

	"app.latchkey/internal/settings"
)

// addDemo does nothing: a release has none of the demo provider.
func (c *command) addDemo(*cobra.Command) {}

// pointAtDemo does nothing, for the same reason.
func pointAtDemo(*settings.Settings) {}
