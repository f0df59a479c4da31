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
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its edges given.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &command{stdin: stdin, stdout: stdout, stderr: stderr, flags: map[string]string{}}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	defer c.close()
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errFindings) {
		return exitFailed // the findings have said it
	}
	var usage *usageError
	if errors.As(err, &usage) || !c.started {
		return c.failUsage(err)
	}
	return c.fail(err)
}
