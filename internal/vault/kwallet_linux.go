package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// wallet is KWallet by its own interface, for desktops whose KWallet does not offer the Secret Service. The wallet, the
// folder in it and the program are all called by the application's ID, as the keychain library called them.
type wallet struct {
	conn   *dbus.Conn
	object dbus.BusObject
	name   string
	handle int32
}

// openWallet connects and opens the wallet, for which KWallet may ask the person. The caller closes it. Errors:
// ErrKeychainAbsent, ErrKeychainDismissed, or the bus's.
func openWallet(ctx context.Context, name string) (*wallet, error) {
	conn, err := sessionBus(ctx)
	if err != nil {
		return nil, err
	}
	w := &wallet{conn: conn, name: name}
	for _, daemon := range []string{"kwalletd6", "kwalletd5"} {
		w.object = conn.Object("org.kde."+daemon, dbus.ObjectPath("/modules/"+daemon))
		if err = w.call(ctx, "open", name, int64(0), name).Store(&w.handle); !absent(err) {
			break
		}
	}
	switch {
	case absent(err):
		err = fmt.Errorf("%w: no KWallet on the session bus", ErrKeychainAbsent)
	case err == nil && w.handle < 0:
		err = ErrKeychainDismissed
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *wallet) close() { _ = w.conn.Close() }

func (w *wallet) call(ctx context.Context, method string, args ...any) *dbus.Call {
	return w.object.CallWithContext(ctx, "org.kde.KWallet."+method, 0, args...)
}

// read returns an entry. KWallet gives back nothing for one that it has not: [ErrKeyLost].
func (w *wallet) read(ctx context.Context, key string) (data []byte, err error) {
	err = w.call(ctx, "readEntry", w.handle, w.name, key, w.name).Store(&data)
	if err == nil && len(data) == 0 {
		err = ErrKeyLost
	}
	return data, err
}

// write replaces an entry.
func (w *wallet) write(ctx context.Context, key string, data []byte) error {
	return w.done(w.call(ctx, "writeEntry", w.handle, w.name, key, data, w.name))
}

// remove takes an entry away. One that is not there is no error.
func (w *wallet) remove(ctx context.Context, key string) error {
	if _, err := w.read(ctx, key); err != nil {
		if errors.Is(err, ErrKeyLost) {
			return nil
		}
		return err
	}
	return w.done(w.call(ctx, "removeEntry", w.handle, w.name, key, w.name))
}

// done reads the number that KWallet answers with; below 0 it has not done it.
func (w *wallet) done(call *dbus.Call) error {
	var code int32
	if err := call.Store(&code); err != nil {
		return err
	}
	if code < 0 {
		return fmt.Errorf("%w: KWallet answers %d", ErrKeychain, code)
	}
	return nil
}
