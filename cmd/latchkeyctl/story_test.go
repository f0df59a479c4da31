package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/late"
	"app.latchkey/internal/robot"
	"app.latchkey/internal/vault"
)

// cheap are the Argon2id parameters of these tests, which do not test the derivation itself. That the program uses
// those of RFC 9106 is tested on a built program, in test/secrets.
var cheap = vault.Cost{Time: 1, Memory: 8, Threads: 1}

// TestMain makes the program, and a scripted browser, commands of the stories.
func TestMain(m *testing.M) {
	if late.Serve() { // the process that the program leaves behind is the test's own binary
		return
	}
	testscript.Main(m, map[string]func(){
		"latchkeyctl": func() { execute(cheap) },
		"robot":       func() { os.Exit(browse()) },
		"visit":       func() { os.Exit(visit()) },
		"endless":     endless,
	})
}

// endless is a program under the same supervision, whose work ignores every cancellation.
func endless() {
	var begun atomic.Bool
	begun.Store(true)
	os.Exit(supervise(os.Stderr, takeSignals("").signals, &begun, func(context.Context) int {
		fmt.Println("working")
		select {}
	}))
}

// browse signs in as $PERSON at the address that it is given; "nobody" does not
// come back, "cancel" cancels.
func browse() int {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	who := os.Getenv("PERSON")
	if who == "nobody" {
		return 0
	}
	if err := choose(ctx, nil, os.Args[1], who); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// visit opens the address and follows all redirects; the provider asks nothing.
func visit() int {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	if _, err := robot.New(nil).Visit(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// choose signs in at the demo provider as who, and follows it back.
func choose(ctx context.Context, transport http.RoundTripper, address, who string) error {
	b := robot.New(transport)
	page, err := b.Visit(ctx, address)
	if err != nil {
		return err
	}
	if len(page.Forms) == 0 {
		return fmt.Errorf("no form at %q", page.Title)
	}
	choice := url.Values{"person": {who}}
	if who == "cancel" {
		choice = url.Values{"cancel": {"1"}}
	}
	_, err = b.Submit(ctx, page.Forms[0], choice)
	return err
}

// TestStories runs testdata/*.txt, each with a provider of its own.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			idp, err := demoidp.Start(context.Background(),
				demoidp.Config{Dir: e.WorkDir + "/idp", Addr: "127.0.0.1:0", AccessLifetime: time.Minute})
			if err != nil {
				return err
			}
			e.Defer(func() { _ = idp.Close() })
			closed, err := net.Listen("tcp4", "127.0.0.1:0")
			if err != nil {
				return err
			}
			_ = closed.Close()
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Setenv("BROWSER", "robot %s")
			e.Setenv("PERSON", "ada")
			e.Setenv("ISSUER", idp.Issuer())
			e.Setenv("NOWHERE", "http://"+closed.Addr().String())
			e.Setenv("LATCHKEY_ISSUER", idp.Issuer())
			e.Setenv("LATCHKEY_CLIENT_ID", demoidp.ClientID)
			e.Setenv("LATCHKEY_STORE", "file")
			e.Setenv("LATCHKEY_STORE_PASSPHRASE", "correct horse battery")
			e.Setenv("XDG_RUNTIME_DIR", e.WorkDir)
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs latchkeyctl and demands its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("latchkeyctl", args[1:]...)
	code := "0"
	if coder, ok := err.(interface{ ExitCode() int }); ok {
		code = fmt.Sprint(coder.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// run is one run of the program within this process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &output{to: stdout}
	c := &command{stdin: stdin, stdout: out, stderr: stderr, flags: map[string]string{}, cost: cheap}
	return c.run(ctx, out, args)
}
