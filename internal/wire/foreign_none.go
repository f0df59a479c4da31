//go:build bindings

package wire

import "app.latchkey/internal/settings"

// Foreign allows all: the program that writes the bindings is run by builds, as whoever
// they run, and keeps nothing.
func Foreign(settings.Settings) error { return nil }
