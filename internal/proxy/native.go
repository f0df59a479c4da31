package proxy

import (
	"context"

	"app.latchkey/internal/proxy/system"
)

// Native are the options of a program on a person's desktop: environment, desktop and
// tickets are the person's own. run starts gsettings on Linux and scutil on macOS; nil
// starts nothing.
func Native(value string, getenv func(string) string,
	run func(context.Context, string, ...string) ([]byte, error)) Options {
	return Options{
		Setting: value,
		Getenv:  getenv,
		System:  system.Sources{Run: run, Getenv: getenv}.Lookup,
		Ticket: func(ctx context.Context, scheme, host string) (Leg, error) {
			return ticket(ctx, getenv, scheme, host)
		},
	}
}
