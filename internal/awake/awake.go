// Package awake holds off the computer's sleep for the seconds in which something must
// not be interrupted: a refresh token is spent, and its successor is not stored yet.
//
// On Linux it takes logind's "delay" inhibitor over the system bus, on Windows it says that the system
// is needed (SetThreadExecutionState), on macOS it runs caffeinate, which holds off the sleep of an
// idle computer and not that of a closed lid. When a system offers none of this or does not answer
// within a second, the work goes on without protection and no error is returned.
package awake

import (
	"context"
	"errors"
	"time"
)

// ErrSleeping means that the computer is about to sleep. Linux alone tells.
var ErrSleeping = errors.New("awake: the computer is about to sleep")

// patience is the longest that the system is waited for.
const patience = time.Second

// Hold holds off the computer's sleep until release is called, which may be called more than once. who and why are
// what the system shows to people who ask. The one error is [ErrSleeping].
func Hold(ctx context.Context, who, why string) (release func(), err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	return hold(ctx, who, why)
}
