package main

import (
	"context"
	"errors"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
	"app.latchkey/internal/wire"
)

// steppingUp are the options of a command whose user has agreed to sign in anew when an API asks for it. It says which
// API asks for what, and where the sign-in is. Without agreement such a request fails.
func (c *command) steppingUp(agreed bool) wire.Options {
	if !agreed {
		return wire.Options{}
	}
	told := &teller{c: c}
	return wire.Options{
		StepUp: func(_ context.Context, asked account.StepUp) error {
			c.say("%s", problem.From(&account.StepUpError{StepUp: asked}, c.name).Message)
			return nil
		},
		OnChange: func(s account.Snapshot) {
			if w := s.Waiting; w.URL != "" {
				told.progress(session.Progress{
					Again: w.Again, URL: w.URL, OpenErr: w.OpenErr, Strays: w.Strays, StrayErr: w.StrayErr,
					Device: w.Device,
				})
			}
		},
	}
}

// steppingUpWords says by which flag a user agrees to the sign-in that an API asks for; nil for other errors.
func steppingUpWords(err error) error {
	var asked *account.StepUpError
	if !errors.As(err, &asked) || asked.Again {
		return nil
	}
	p := problem.From(err, "")
	p.Hint = "The same command with --step-up lets you sign in anew and sends the request once more."
	return &worded{p}
}
