// Package browser opens a URL in the person's own browser, or a folder in their file manager, and returns an error
// when it cannot.
//
// The commands of $BROWSER come first, split into words as a shell does; when they all fail, the platform's opener. A
// URL is passed as one argument, never through a shell of ours, and only if it is http or https without characters
// that no URL has. LATCHKEY_ variables are removed from the opener's environment, because they may hold secrets. It
// starts processes and touches nothing else; it cannot know whether a page was really shown.
package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/weburl"
)

// Errors for what must not be opened, or is not there.
var (
	ErrAddress = errors.New("browser: not an http or https address")
	ErrFolder  = errors.New("browser: not a folder")
)

// OpenError means that no opener worked.
type OpenError struct {
	Tried []string // names of the programs
	Err   error    // of the last one
}

// Error names the programs. It does not name the address.
func (e *OpenError) Error() string {
	if len(e.Tried) == 0 {
		return "browser: no program to open it with"
	}
	return fmt.Sprintf("browser: %s: %v", strings.Join(e.Tried, ", "), e.Err)
}

// Unwrap returns the last program's error.
func (e *OpenError) Unwrap() error { return e.Err }

// openAfter is how long an opener may run before it counts as having opened: some are the browser itself.
const openAfter = 3 * time.Second

// Opener opens URLs. The zero value uses this process's environment and platform.
type Opener struct {
	Getenv  func(string) string // os.Getenv when nil
	Environ func() []string     // os.Environ when nil
	GOOS    string              // runtime.GOOS when empty

	running sync.WaitGroup
}

// Open opens the address, or returns [ErrAddress] or [*OpenError]. An opener that still runs after three seconds
// counts as opened and is left to run.
func (o *Opener) Open(ctx context.Context, address string) error {
	if _, err := weburl.Parse(address); err != nil {
		return ErrAddress
	}
	return o.first(ctx, append(o.preferred(address), o.usual(address)...))
}

// OpenFolder shows a folder of ours in the person's file manager. Errors: [ErrFolder] for what is no folder,
// [*OpenError].
func (o *Opener) OpenFolder(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || !info.IsDir() || !filepath.IsAbs(path) {
		return ErrFolder
	}
	return o.first(ctx, o.platform(path))
}

// first runs the commands until one works.
func (o *Opener) first(ctx context.Context, commands []command) error {
	failed := &OpenError{}
	for _, c := range commands {
		err := c.err
		if err == nil {
			err = o.run(ctx, c.args)
		}
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed.Tried = append(failed.Tried, c.args[0])
		failed.Err = err
	}
	return failed
}

// preferred are the commands of $BROWSER.
func (o *Opener) preferred(address string) []command {
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	var out []command
	for _, text := range list(getenv("BROWSER"), o.goos() == "windows") {
		out = append(out, parse(text, address, o.goos() == "windows"))
	}
	return out
}

// usual are the platform's openers of an address.
func (o *Opener) usual(address string) []command {
	out := o.platform(address)
	if o.goos() != "darwin" && o.goos() != "windows" {
		out = append(out, command{args: []string{"x-www-browser", address}},
			command{args: []string{"www-browser", address}})
	}
	return out
}

// platform returns the platform's own openers, of whatever it is.
func (o *Opener) platform(what string) []command {
	switch o.goos() {
	case "darwin":
		return []command{{args: []string{"open", what}}}
	case "windows":
		return []command{{args: []string{"rundll32", "url.dll,FileProtocolHandler", what}}}
	}
	return []command{{args: []string{"xdg-open", what}}, {args: []string{"gio", "open", what}}}
}

func (o *Opener) goos() string { return cmp.Or(o.GOOS, runtime.GOOS) }

// Available names the openers that are there, in the order in which [Opener.Open] tries them. The error is
// [*OpenError] when there is none, or none of those that $BROWSER names. Nothing is started.
func (o *Opener) Available() ([]string, error) {
	const address = "https://example.invalid"
	there, missing := present(o.preferred(address))
	if len(there) > 0 {
		missing = nil
	}
	usual, absent := present(o.usual(address))
	there = append(there, usual...)
	switch {
	case missing != nil:
		return there, missing
	case len(there) == 0:
		return nil, absent
	}
	return there, nil
}

// run starts one opener and waits for its end or for openAfter.
func (o *Opener) run(ctx context.Context, args []string) error {
	// Not bound to ctx: a browser outlives a sign-in.
	// #nosec G204 -- the opener is ours, the address one checked argument, no shell
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = o.environment()
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	o.running.Go(func() { done <- cmd.Wait() }) // reaps it whenever it ends
	timer := time.NewTimer(openAfter)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// interpret is what package startenv sets for the window's own web view; a browser on WebKitGTK must not inherit it.
const interpret = "JSC_useJIT=0"

// environment is ours without our settings.
func (o *Opener) environment() []string {
	environ := o.Environ
	if environ == nil {
		environ = os.Environ
	}
	return slices.DeleteFunc(slices.Clone(environ()), func(kv string) bool {
		return strings.HasPrefix(kv, "LATCHKEY_") || strings.HasPrefix(kv, "OAUTH_") || kv == interpret
	})
}
