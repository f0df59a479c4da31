//go:build !man

package main

import "github.com/spf13/cobra"

// addMan does nothing: manual pages are written when packages are made.
func (c *command) addMan(*cobra.Command) {}
