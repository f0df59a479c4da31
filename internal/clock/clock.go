// Package clock lets a test move the clock of everything that it opens.
//
// Package signin reads the clock from the context of signin.Open, so that package signintest can move it without a
// field in the public interface. Nobody outside the module can set it. The package touches nothing.
package clock

import (
	"context"
	"time"
)

type key struct{}

// With returns a context that bears the clock.
func With(ctx context.Context, now func() time.Time) context.Context {
	return context.WithValue(ctx, key{}, now)
}

// From returns the clock of the context, time.Now when it bears none.
func From(ctx context.Context) func() time.Time {
	if now, ok := ctx.Value(key{}).(func() time.Time); ok {
		return now
	}
	return time.Now
}
