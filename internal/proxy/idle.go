package proxy

import (
	"net/http"
	"sync"
	"time"
)

const (
	// idleFor is how long a connection that nobody uses is kept. A person may take as long at the browser as a
	// sign-in may last, and the code is then redeemed on the connection that discovery has opened: a new one
	// would cost the person two round trips. The system keeps such a connection alive by itself (TCP keep-alive),
	// and no timer of the program runs for it meanwhile but those of [TransportOptions].Ping.
	idleFor = 10 * time.Minute
	// strangersIdle is the same for servers that [TransportOptions].Guard judges, which nobody waits for.
	strangersIdle = 30 * time.Second
	// sleptFor is by how much the wall clock must have gone ahead for the computer to count as having slept.
	sleptFor = 5 * time.Second
)

// idle closes the connections that the computer's sleep has left behind. They are dead more often than not, and
// a request on a dead connection waits until its time is over.
type idle struct {
	wall func() time.Time // time.Now, but for tests

	mu    sync.Mutex
	start time.Time     // by the monotonic clock, which stands still in sleep
	ahead time.Duration // of the wall clock before the monotonic one, when last looked at
}

func newIdle(wall func() time.Time) *idle {
	i := &idle{wall: wall, start: time.Now()}
	i.ahead = i.now()
	return i
}

func (i *idle) now() time.Duration {
	return i.wall().Round(0).Sub(i.start.Round(0)) - time.Since(i.start)
}

// clear closes the unused connections of base if the computer has slept since the last call.
func (i *idle) clear(base *http.Transport) {
	i.mu.Lock()
	was, is := i.ahead, i.now()
	i.ahead = is
	i.mu.Unlock()
	if is-was > sleptFor {
		base.CloseIdleConnections()
	}
}
