package notify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	name = "org.freedesktop.Notifications"
	path = dbus.ObjectPath("/org/freedesktop/Notifications")
	// owner tells who has a name on the bus.
	owner   = "org.freedesktop.DBus"
	changed = "NameOwnerChanged"
	// open is the action of a click on the notification itself.
	open = "default"
	// grace is how long a notification that is just being shown may take to be taken away again.
	grace = time.Second
)

// Show shows a notification until the person has clicked it (clicked is true then) or closed it, or ctx ends, with
// which it is taken away.
func Show(ctx context.Context, m Message) (clicked bool, err error) {
	talk, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, end) })
	bus, err := session(talk)
	if err != nil {
		return false, err
	}
	defer func() { _ = bus.Close() }()
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(name), dbus.WithMatchInterface(name), dbus.WithMatchObjectPath(path)},
		{dbus.WithMatchInterface(owner), dbus.WithMatchMember(changed), dbus.WithMatchArg(0, name)},
	} {
		if err := bus.AddMatchSignalContext(talk, match...); err != nil {
			return false, fmt.Errorf("notify: %w", err)
		}
	}
	signals := make(chan *dbus.Signal, 64)
	bus.Signal(signals)
	server := bus.Object(name, path)
	var can []string
	if err := server.CallWithContext(talk, name+".GetCapabilities", 0).Store(&can); err != nil {
		return false, fmt.Errorf("%w: %w", ErrNoDesktop, err)
	}
	var id uint32
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(m.ID)}
	err = server.CallWithContext(talk, name+".Notify", 0, m.App, uint32(0), m.ID, m.Title, body(m.Body, can),
		actions(can), hints, int32(-1)).Store(&id)
	if err != nil {
		return false, fmt.Errorf("notify: %w", err)
	}
	for {
		select {
		case <-ctx.Done():
			return false, server.CallWithContext(talk, name+".CloseNotification", dbus.FlagNoReplyExpected, id).Err
		case s, more := <-signals:
			if !more {
				return false, nil // without the bus the notification has gone
			}
			if done, clicked := about(s, id); done {
				return clicked, nil
			}
		}
	}
}

// session connects to the session's bus, if the environment names one.
func session(ctx context.Context) (*dbus.Conn, error) {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" || address == "autolaunch:" {
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if _, err := os.Stat(socket); os.Getenv("XDG_RUNTIME_DIR") == "" || err != nil {
			return nil, fmt.Errorf("%w: there is no session bus", ErrNoDesktop)
		}
		address = "unix:path=" + socket
	}
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDesktop, err)
	}
	return bus, nil
}

// actions are what a click does, where the desktop has clicks; others would draw a button of it.
func actions(can []string) []string {
	if slices.Contains(can, "actions") {
		return []string{open, "Open"}
	}
	return []string{}
}

// body is a text as the desktop takes it: some read markup in it.
func body(text string, can []string) string {
	if slices.Contains(can, "body-markup") {
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	}
	return text
}

// about reports whether a signal ends the notification of that id, and whether it was clicked. It ends with its desktop
// too.
func about(s *dbus.Signal, id uint32) (done, clicked bool) {
	if s.Name == owner+"."+changed {
		return len(s.Body) == 3 && s.Body[2] == "", false
	}
	if len(s.Body) < 2 || s.Body[0] != id {
		return false, false
	}
	switch s.Name {
	case name + ".ActionInvoked":
		return true, s.Body[1] == open
	case name + ".NotificationClosed":
		return true, false
	}
	return false, false
}
