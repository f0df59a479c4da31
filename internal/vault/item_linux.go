package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus" // the keychain library's, for its connection
)

// data reads the item.
func (r ring) data(ctx context.Context) ([]byte, error) {
	if r.backend() != keyring.SecretServiceBackend {
		return r.library(ctx)
	}
	ctx, stop := context.WithTimeoutCause(ctx, r.conf.Timeout, ErrKeychainTimeout)
	defer stop()
	var item keyring.Item
	err := r.limited(ctx, func() error {
		data, err := r.read(ctx)
		if err == nil && json.Unmarshal(data, &item) != nil {
			err = fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	}
	return item.Data, nil
}

// read fetches what the keychain library stored, in three round trips over the
// connection that the library has made when it was imported. The library itself
// takes nine, and asking first how the keychain is takes eight more on another
// connection: together half the time of latchkeyctl token (docs/performance.md).
// Nothing waits on a dialog here, since nothing unlocks.
func (r ring) read(ctx context.Context) ([]byte, error) {
	if _, err := busAddress(); err != nil {
		return nil, err // without an address the library would start a bus
	}
	conn, err := dbus.SessionBus()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeychainAbsent, err)
	}
	data, err := readItem(ctx, conn, r.item)
	if !absent(err) {
		return data, err
	}
	started, err := secretService(ctx)
	if err != nil {
		return nil, err
	}
	_ = started.Close()
	return readItem(ctx, conn, r.item)
}

// sentSecret is a secret as the Secret Service sends it. The session is "plain", as
// the library's: the bus is the person's own.
type sentSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// readItem returns what is stored under a name in the login collection. It starts
// no service. Errors: ErrKeyLost, ErrKeychainLocked, or the bus's.
func readItem(ctx context.Context, conn *dbus.Conn, name string) ([]byte, error) {
	service := conn.Object(secretsName, dbus.ObjectPath(secretsPath))
	ask := func(method string, args ...any) *dbus.Call {
		return service.GoWithContext(ctx, method, dbus.FlagNoAutoStart, make(chan *dbus.Call, 1), args...)
	}
	if err := (<-ask(firstWord, "default").Done).Err; err != nil {
		return nil, err
	}
	// Neither question needs the other's answer: both are sent before one is awaited.
	opening := ask(serviceIface+".OpenSession", "plain", dbus.MakeVariant(""))
	searching := ask(serviceIface+".SearchItems", map[string]string{"profile": name})
	var output dbus.Variant
	var session dbus.ObjectPath
	var open, locked []dbus.ObjectPath
	if err := (<-opening.Done).Store(&output, &session); err != nil {
		return nil, err
	}
	if err := (<-searching.Done).Store(&open, &locked); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(open, inLogin)
	switch {
	case at >= 0:
	case slices.ContainsFunc(locked, inLogin):
		return nil, ErrKeychainLocked
	default:
		return nil, ErrKeyLost
	}
	var secret sentSecret
	err := conn.Object(secretsName, open[at]).CallWithContext(ctx, "org.freedesktop.Secret.Item.GetSecret", dbus.FlagNoAutoStart, session).Store(&secret)
	if named(err, "org.freedesktop.Secret.Error.IsLocked") {
		return nil, ErrKeychainLocked // since the search
	}
	return secret.Value, err
}

// inLogin reports whether an item is in the collection that the library keeps ours in.
func inLogin(item dbus.ObjectPath) bool {
	return strings.HasPrefix(string(item), string(loginPath)+"/")
}

// absent reports whether nobody on the bus offers the Secret Service now.
func absent(err error) bool {
	return named(err, "org.freedesktop.DBus.Error.ServiceUnknown") || named(err, "org.freedesktop.DBus.Error.NameHasNoOwner")
}

// named reports whether err is the bus's error of that name.
func named(err error, name string) bool {
	var answer dbus.Error
	return errors.As(err, &answer) && answer.Name == name
}
