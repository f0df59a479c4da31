package proxy

import (
	"context"

	"app.latchkey/internal/proxy/system"
)

// Native are the options of a program on a person's desktop: environment, desktop and
// tickets are the person's own. Nothing is asked before an address is to be reached.
func Native(value string, getenv func(string) string) Options {
	return Options{
		Setting: value,
		Getenv:  getenv,
		System:  system.Sources{Run: system.Start, Getenv: getenv}.Lookup,
		Ticket: func(ctx context.Context, scheme, host string) (Leg, error) {
			return ticket(ctx, getenv, scheme, host)
		},
	}
}
