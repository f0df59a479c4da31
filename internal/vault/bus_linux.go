package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/godbus/dbus/v5"
)

// busAddress returns where the session's bus is, if the environment names one.
func busAddress() (string, error) {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return address, nil
	}
	socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
	if _, err := os.Stat(socket); os.Getenv("XDG_RUNTIME_DIR") == "" || err != nil {
		return "", fmt.Errorf("%w: there is no session bus", ErrKeychainAbsent)
	}
	return "unix:path=" + socket, nil
}

// sessionBus connects to the session's bus. Nothing is started: a bus that was
// started by us would have no keychain on it.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	address, err := busAddress()
	if err != nil {
		return nil, err
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeychainAbsent, err)
	}
	return conn, nil
}

// start lets the bus start a Secret Service if it can. It is started here and not by whatever is asked first, so that
// a service that cannot start is told from one that is slow.
func start(ctx context.Context, conn *dbus.Conn) error {
	bus := conn.BusObject()
	var names []string
	err := bus.CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names)
	known := err == nil && slices.Contains(names, secretsName)
	if known {
		err = bus.CallWithContext(ctx, "org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0)).Err
	}
	switch {
	case known && err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case known:
		return fmt.Errorf("%w: the Secret Service cannot be started: %w", ErrKeychainAbsent, err)
	}
	return fmt.Errorf("%w: no Secret Service on the session bus", ErrKeychainAbsent)
}

// absent reports whether nobody on the bus offers the Secret Service now.
func absent(err error) bool {
	return named(err, "org.freedesktop.DBus.Error.ServiceUnknown") ||
		named(err, "org.freedesktop.DBus.Error.NameHasNoOwner")
}

// named reports whether err is the bus's error of that name.
func named(err error, name string) bool {
	var answer dbus.Error
	return errors.As(err, &answer) && answer.Name == name
}
