package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus/v5"
)

const (
	defaultBackend = keyring.SecretServiceBackend

	secretsName  = "org.freedesktop.secrets"
	secretsPath  = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath    = secretsPath + "/collection/login"
	serviceIface = "org.freedesktop.Secret.Service"
	promptIface  = "org.freedesktop.Secret.Prompt"
	// firstWord is what each connection says first, and waits for. gnome-keyring may
	// answer the first message of a connection before it has taken note of who sent it;
	// it survives that with this call, and dies of it with OpenSession or a question
	// for a property (its work items 196 and 199).
	firstWord = serviceIface + ".ReadAlias"
	noPrompt  = dbus.ObjectPath("/")
)

// state asks the Secret Service how it is before the library is let near it: that
// would wait on a dialog that nobody sees, or for a service that nobody offers.
func (r ring) state(ctx context.Context) error {
	if r.backend() != keyring.SecretServiceBackend {
		return nil
	}
	conn, err := secretService(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	locked, err := conn.Object(secretsName, loginPath).GetProperty("org.freedesktop.Secret.Collection.Locked")
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return nil // there is no such collection yet: it is made when the key is stored
	}
	if is, ok := locked.Value().(bool); ok && is {
		return ErrKeychainLocked
	}
	return nil
}

// secretService connects to the session's bus when a Secret Service is on it. The
// caller closes the connection.
func secretService(ctx context.Context) (*dbus.Conn, error) {
	conn, err := sessionBus(ctx)
	if err != nil {
		return nil, err
	}
	if err := offered(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	// Whatever is wrong, the next call says it.
	_ = conn.Object(secretsName, secretsPath).CallWithContext(ctx, firstWord, 0, "default").Err
	return conn, nil
}

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

// offered reports whether a Secret Service runs or can be started by the bus.
func offered(ctx context.Context, conn *dbus.Conn) error {
	bus := conn.BusObject()
	var running bool
	if err := bus.CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&running); err == nil && running {
		return nil
	}
	var names []string
	if err := bus.CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names); err == nil && slices.Contains(names, secretsName) {
		// It is started here and not by whatever is asked first, so that a service
		// that cannot start is told from one that is slow.
		if err := bus.CallWithContext(ctx, "org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0)).Err; err == nil {
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: no Secret Service on the session bus", ErrKeychainAbsent)
}

// unlockTimeout limits the wait for a person who is asked for their password.
const unlockTimeout = 2 * time.Minute

// unlock lets the Secret Service ask the person, and waits for the answer. Errors:
// ErrKeychainDismissed, ErrKeychainTimeout and those of state.
func (r ring) unlock(ctx context.Context) error {
	if r.backend() != keyring.SecretServiceBackend {
		return nil
	}
	ctx, stop := context.WithTimeoutCause(ctx, unlockTimeout, ErrKeychainTimeout)
	defer stop()
	conn, err := secretService(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	call := conn.Object(secretsName, secretsPath).CallWithContext(ctx, serviceIface+".Unlock", 0, []dbus.ObjectPath{loginPath})
	if err := call.Store(&unlocked, &prompt); err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	if prompt == noPrompt {
		return nil
	}
	return answer(ctx, conn, prompt)
}

// answer shows the prompt and waits for its end. A prompt that is open when ctx ends
// is left to the person, who may still answer it: gnome-keyring 42 does not survive
// the dismissal of an open one.
func answer(ctx context.Context, conn *dbus.Conn, prompt dbus.ObjectPath) error {
	signals := make(chan *dbus.Signal, 4)
	conn.Signal(signals)
	match := []dbus.MatchOption{dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(promptIface)}
	if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	if err := conn.Object(secretsName, prompt).CallWithContext(ctx, promptIface+".Prompt", 0, "").Err; err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case s, ok := <-signals:
			if !ok {
				return ErrKeychainAbsent
			}
			if s.Name != promptIface+".Completed" || s.Path != prompt || len(s.Body) == 0 {
				continue
			}
			if dismissed, _ := s.Body[0].(bool); dismissed {
				return ErrKeychainDismissed
			}
			return nil
		}
	}
}
