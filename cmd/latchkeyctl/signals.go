package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"
)

const (
	// hintAfter is how long after the first signal a person is told of the second.
	hintAfter = time.Second
	// lastWait is how long after the first signal the program ends by itself. What must
	// not be lost, the writing of a session, takes 20 s at most.
	lastWait = 25 * time.Second
)

// watch is the program's taking of signals. Go's runtime switches threads twice for each signal that it is to hand
// on, a tenth of a short run. That goes on beside the reading of the command line and of the settings: until then a
// signal ends the program as it ends any other, and nothing is lost.
type watch struct {
	signals chan os.Signal
	ready   chan struct{} // closed when the signals are taken
}

// takeSignals begins to take signals, until the program ends. The command version takes none, because Go's runtime
// starts two threads for it, a tenth of that command's time: version loses nothing when a signal ends it. A write to a
// reader that has ended is an error there too.
func takeSignals(command string) *watch {
	w := &watch{signals: make(chan os.Signal, 2), ready: make(chan struct{})}
	if command == "version" {
		signal.Ignore(syscall.SIGPIPE)
		close(w.ready)
		return w
	}
	go func() {
		defer close(w.ready)
		// With somebody to take the signal, a write to a reader that has ended is an error,
		// which has words and an exit code, instead of the program's sudden end.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		signal.Notify(w.signals, os.Interrupt, syscall.SIGTERM)
		if !signal.Ignored(syscall.SIGHUP) { // nohup
			signal.Notify(w.signals, syscall.SIGHUP)
		}
	}()
	return w
}

// wait returns when the signals are taken. A nil watch takes none.
func (w *watch) wait() {
	if w != nil {
		<-w.ready
	}
}

// supervise runs f and returns its exit code. The first signal asks f to end, by its
// context; the second ends the program, whatever f waits for, and leaves the terminal
// as it was. As long as begun is false nothing can be lost, and the first signal ends
// the program as well.
func supervise(stderr io.Writer, signals <-chan os.Signal, begun *atomic.Bool, f func(context.Context) int) int {
	restore := savedTerminal()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan int, 1)
	go func() { done <- f(ctx) }() // ends with the program
	select {
	case code := <-done:
		return code
	case <-signals:
		stop()
	}
	if !begun.Load() {
		return cancelled(stderr, restore)
	}
	hint, last := time.NewTimer(hintAfter), time.NewTimer(lastWait)
	defer hint.Stop()
	defer last.Stop()
	for {
		select {
		case code := <-done:
			return code
		case <-hint.C:
			_, _ = fmt.Fprintln(stderr, "Still ending. Press Ctrl-C again to end at once.")
		case <-last.C:
			return cancelled(stderr, restore)
		case <-signals:
			return cancelled(stderr, restore)
		}
	}
}

func cancelled(stderr io.Writer, restore func()) int {
	restore()
	_, _ = fmt.Fprintln(stderr, "Cancelled.")
	return exitCancelled
}

// savedTerminal notes how the terminal is set; the returned func sets it so again.
func savedTerminal() func() {
	fd := int(os.Stdin.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return func() {} // there is none
	}
	return func() { _ = term.Restore(fd, state) }
}

// await returns what f returns, or the context's error before that. Nothing can
// interrupt a read from a terminal or from a pipe without a writer: f then ends with
// the program.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := f()
		done <- outcome{value, err}
	}()
	select {
	case got := <-done:
		return got.value, got.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
