// Package online tells when the computer's network has changed, so that what could not be
// reached is tried again at once. It promises at most one call for a burst of changes, and
// says nothing of whether the network works: whoever is told tries.
//
// It listens to the system (a routing socket on Linux and macOS, the IP Helper on
// Windows), needs no privilege and sends nothing.
package online

import (
	"context"
	"time"
)

// quiet is how long a burst of changes must rest before it is told: an address comes with several routes.
const quiet = 400 * time.Millisecond

// Watch calls changed after each change of the network, until ctx ends. Its error says that the system does not tell.
func Watch(ctx context.Context, changed func()) error {
	events := make(chan struct{}, 1)
	stop, err := listen(func() {
		select {
		case events <- struct{}{}:
		default: // one is waiting already
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	settle(ctx, events, changed)
	return nil
}

// settle tells of each burst once it rests.
func settle(ctx context.Context, events <-chan struct{}, changed func()) {
	rest := time.NewTimer(quiet)
	rest.Stop()
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			rest.Reset(quiet)
		case <-rest.C:
			changed()
		}
	}
}
