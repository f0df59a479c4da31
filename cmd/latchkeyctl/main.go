// Command latchkeyctl signs in, shows who is signed in, hands out fresh access
// tokens and signs out, over the same packages and the same vault as the window.
//
// Standard output carries the result alone; words go to standard error. The exit
// code is 0 for done, 1 for failed, 2 for wrong usage or settings, 3 when nobody
// is signed in or a new sign-in is needed, and 4 for cancelled or timed out.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	_ "app.latchkey/internal/quiethttp" // before net/http reads GODEBUG
	"app.latchkey/internal/startenv"
)

func main() {
	startenv.Prepare()
	// With somebody to take the signal, a write to a reader that has ended is an error,
	// which has words and an exit code, instead of the program's sudden end.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	stdout := standardOutput()
	os.Exit(supervise(os.Stderr, func(ctx context.Context, begun *atomic.Bool) int {
		return run(ctx, begun, os.Args[1:], os.Stdin, stdout, os.Stderr)
	}))
}

// run is main with its edges given. begun becomes true before anything is done that a
// sudden end could lose.
func run(ctx context.Context, begun *atomic.Bool, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &output{to: stdout}
	c := &command{stdin: stdin, stdout: out, stderr: stderr, begun: begun, flags: map[string]string{}}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	defer c.close()
	code := c.ended(err)
	if out.err != nil {
		c.say("%s.", sentence(out.err.Error()))
		if code == exitDone {
			code = exitFailed
		}
	}
	return code
}

// ended says how the command ended and returns its exit code.
func (c *command) ended(err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings), errors.Is(err, errOutput):
		return exitFailed // it has been said, or is about to be
	case errors.As(err, &usage) || !c.started:
		return c.failUsage(err)
	}
	return c.fail(err)
}
