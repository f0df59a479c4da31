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
	"os"

	"app.latchkey/internal/late"
	_ "app.latchkey/internal/quiethttp" // before net/http reads GODEBUG
	"app.latchkey/internal/startenv"
	"app.latchkey/internal/vault"
)

func main() { execute(vault.Cost{}) }

// execute is the program. cost is that of a passphrase; zero is what RFC 9106 recommends.
func execute(cost vault.Cost) {
	startenv.Prepare()
	if late.Serve() {
		return
	}
	var first string // the command, unless a flag stands before it
	if len(os.Args) > 1 {
		first = os.Args[1]
	}
	var early *vault.Early
	if reads[first] {
		early = vault.Begin()
	}
	w := takeSignals(first)
	out := &output{to: standardOutput(), watch: w}
	c := &command{
		stdin: os.Stdin, stdout: out, stderr: os.Stderr, flags: map[string]string{}, cost: cost, early: early, watch: w,
	}
	os.Exit(supervise(os.Stderr, w.signals, &c.begun, func(ctx context.Context) int {
		return c.run(ctx, out, os.Args[1:])
	}))
}

// reads are the commands that begin by reading the vault.
var reads = map[string]bool{"token": true, "status": true, "signin": true}

// run runs the command of the arguments and returns its exit code.
func (c *command) run(ctx context.Context, out *output, args []string) int {
	root := c.root(args)
	root.SetArgs(args)
	root.SetIn(c.stdin)
	root.SetOut(out)
	root.SetErr(c.stderr)
	err := root.ExecuteContext(ctx)
	c.watch.wait() // before words on standard error
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
	case errors.Is(err, errFindings), errors.Is(err, errOutput), errors.Is(err, errAnswer):
		return exitFailed // it has been said, or is about to be
	case errors.As(err, &usage) || !c.started:
		return c.failUsage(err)
	}
	return c.fail(err)
}
