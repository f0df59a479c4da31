package awake

import (
	"context"
	"errors"
	"sync"
	"syscall"

	"github.com/godbus/dbus/v5"
)

const (
	logind   = "org.freedesktop.login1"
	manager  = logind + ".Manager"
	busy     = logind + ".OperationInProgress" // of an inhibitor that comes too late
	property = "org.freedesktop.DBus.Properties.Get"
)

// hold takes a delay inhibitor, which lives as long as its file descriptor.
func hold(ctx context.Context, who, why string) (func(), error) {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return func() {}, nil // no bus: nobody to ask
	}
	defer func() { _ = bus.Close() }()
	object := bus.Object(logind, "/org/freedesktop/login1")
	var fd dbus.UnixFD
	err = object.CallWithContext(ctx, manager+".Inhibit", dbus.FlagNoAutoStart, "sleep", who, why, "delay").Store(&fd)
	var refused dbus.Error
	switch {
	case errors.As(err, &refused) && refused.Name == busy:
		return nil, ErrSleeping
	case err != nil:
		return func() {}, nil
	}
	release := sync.OnceFunc(func() { _ = syscall.Close(int(fd)) })
	var preparing dbus.Variant
	err = object.CallWithContext(ctx, property, dbus.FlagNoAutoStart, manager, "PreparingForSleep").Store(&preparing)
	if soon, ok := preparing.Value().(bool); err == nil && ok && soon {
		release()
		return nil, ErrSleeping
	}
	return release, nil
}
