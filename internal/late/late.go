// Package late tells a browser that comes back after the program has ended that its sign-in was given up. A program
// that ends in the middle of a sign-in leaves the port to a small process of its own, which is this same program and
// does nothing else: it ends after a minute, or when another sign-in asks for the port.
//
// That process is given no settings, no secret, no home and no terminal. On Windows a
// port cannot be handed over in this way: there the browser finds nobody.
package late

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"app.latchkey/internal/loopback"
	"app.latchkey/internal/peer"
)

const (
	// variable tells the process what it is: how many listeners it has, the product's
	// name and the redirect URI, one a line.
	variable = "LATCHKEY_LATE"
	// lifetime is how long it waits for the browser.
	lifetime = time.Minute
	// firstFile is the first open file that a process inherits beyond its three streams.
	firstFile = 3
)

// Leaver returns what starts the process that takes over a receiver's port, for a product. The receiver can be closed
// afterwards.
func Leaver(app string) func(*loopback.Receiver) error {
	return func(r *loopback.Receiver) error { return leave(app, r) }
}

func leave(app string, r *loopback.Receiver) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("late: %w", err)
	}
	cmd := exec.Command(self) // #nosec G204 -- this very program
	for _, l := range r.Listeners() {
		tcp, ok := l.(*net.TCPListener)
		if !ok {
			return errors.New("late: not a TCP listener")
		}
		f, err := tcp.File()
		if err != nil {
			return fmt.Errorf("late: %w", err)
		}
		defer func() { _ = f.Close() }()
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	cmd.Env = []string{
		variable + "=" + strings.Join([]string{strconv.Itoa(len(cmd.ExtraFiles)), app, r.RedirectURI()}, "\n"),
	}
	cmd.Dir = "/"
	alone(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("late: %w", err)
	}
	return cmd.Process.Release()
}

// Serve is that process, if this is it: it returns true at its end. The first thing that a program calls.
func Serve() bool {
	lines := strings.SplitN(os.Getenv(variable), "\n", 3)
	if len(lines) != 3 {
		return false
	}
	n, _ := strconv.Atoi(lines[0])
	var listeners []net.Listener
	for i := range min(n, 2) {
		f := os.NewFile(uintptr(firstFile+i), "listener")
		l, err := net.FileListener(f)
		_ = f.Close()
		if err != nil {
			return true
		}
		listeners = append(listeners, l)
	}
	r, err := loopback.Late(lines[1], lines[2], peer.Own, listeners)
	if err != nil {
		return true
	}
	end := time.NewTimer(lifetime)
	defer end.Stop()
	select {
	case <-r.Freed():
	case <-end.C:
	}
	_ = r.Close()
	return true
}
