// Package module tests what a program outside of the tree gets: the public package by a module proxy, the examples, and
// the template for the Wails command line. Each program is built and run as its author would do it, against the demo
// provider, with a scripted browser in place of the person's.
package module

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/robot"
	"app.latchkey/test/bus"
)

// repository is the root of the tree.
const repository = "../.."

// TestMain also runs the test's own program as the browser of the programs: with the argument "browse" it signs in as
// Ada, and with "sso" behind the address as Grace, through her company's directory.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "browse" {
		if err := browse(os.Args[2], os.Args[3:]...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func browse(address string, way ...string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	b := robot.New(nil)
	page, err := b.Visit(ctx, address)
	if err != nil {
		return err
	}
	walk := robot.Quick("ada")
	if slices.Equal(way, []string{"sso"}) {
		walk = robot.SSO("grace@acme.example", "nanosecond")
	}
	_, err = walk(ctx, b, page)
	return err
}

// place is a home folder and a keychain of the test's own, and a running demo provider.
type place struct {
	t      *testing.T
	home   string
	idp    *demoidp.Provider
	issuer string
	env    []string
}

// clientID is the client ID of the programs at the demo provider.
const clientID = demoidp.ClientID

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, home: t.TempDir()}
	idp, err := demoidp.Start(t.Context(), demoidp.Config{Dir: filepath.Join(p.home, "idp"), Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idp.Close() })
	p.idp, p.issuer = idp, idp.Issuer()
	p.env = []string{
		"HOME=" + p.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "XDG_RUNTIME_DIR=" + p.home, "TERM=xterm",
		"BROWSER=" + os.Args[0] + " browse %s", "LATCHKEY_ISSUER=" + p.issuer, "LATCHKEY_CLIENT_ID=" + clientID,
	}
	b := bus.Start(t, p.home)
	p.env = append(p.env, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	b.Keychain(t, p.env)
	return p
}

// run runs a program to its end and returns what it printed.
func (p *place) run(program string, args ...string) (string, error) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = p.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// must is run for a program that must succeed.
func (p *place) must(program string, args ...string) string {
	p.t.Helper()
	out, err := p.run(program, args...)
	if err != nil {
		p.t.Fatalf("%s %v: %v\n%s", filepath.Base(program), args, err, out)
	}
	return out
}

// sh runs a command in a folder, with env on top of the test's own environment.
func sh(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// build builds the program of a folder and returns its path.
func build(t *testing.T, dir string, env []string, flags ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	sh(t, dir, env, "go", append(append([]string{"build", "-o", program}, flags...), ".")...)
	return program
}
