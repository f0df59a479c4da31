//go:build !demo

package main

import "github.com/spf13/cobra"

// addDemo does nothing: a release has none of the demo provider.
func (c *command) addDemo(*cobra.Command) {}
