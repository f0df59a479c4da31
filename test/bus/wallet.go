//go:build linux

package bus

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Wallet is a KWallet of the test's own, with the methods that the keychain library and the vault call.
type Wallet struct {
	mu      sync.Mutex
	refuses bool
	entries map[[3]string][]byte // by wallet, folder and key
	handles []handle             // of the wallets that were opened
}

type handle struct{ wallet, app string }

// Wallet starts a KWallet of that name, such as kwalletd5, on the bus; it ends with the test.
func (b *Bus) Wallet(t *testing.T, name string) *Wallet {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w := &Wallet{entries: map[[3]string][]byte{}}
	methods := map[string]any{
		"open": w.open, "isOpen": w.isOpen, "users": w.users,
		"readEntry": w.read, "writeEntry": w.write, "removeEntry": w.remove,
	}
	if err := conn.ExportMethodTable(methods, dbus.ObjectPath("/modules/"+name), "org.kde.KWallet"); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName("org.kde."+name, dbus.NameFlagDoNotQueue); err != nil ||
		reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name is taken: %v %v", reply, err)
	}
	return w
}

// Refuse closes every wallet. From now on the person dismisses every question, or none.
func (w *Wallet) Refuse(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuses, w.handles = yes, nil
}

// Entry returns what is kept in a folder of a wallet under a key.
func (w *Wallet) Entry(wallet, folder, key string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries[[3]string{wallet, folder, key}]
}

func (w *Wallet) open(wallet string, _ int64, app string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses {
		return -1, nil
	}
	w.handles = append(w.handles, handle{wallet, app})
	return int32(len(w.handles) - 1), nil
}

func (w *Wallet) isOpen(number int32) (bool, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known(number), nil
}

func (w *Wallet) users(wallet string) (apps []string, _ *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.handles {
		if h.wallet == wallet {
			apps = append(apps, h.app)
		}
	}
	return apps, nil
}

func (w *Wallet) known(number int32) bool { return number >= 0 && int(number) < len(w.handles) }

func (w *Wallet) at(number int32, folder, key string) [3]string {
	return [3]string{w.handles[number].wallet, folder, key}
}

func (w *Wallet) read(number int32, folder, key, _ string) ([]byte, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.known(number) {
		return nil, nil
	}
	return w.entries[w.at(number, folder, key)], nil
}

func (w *Wallet) write(number int32, folder, key string, value []byte, _ string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.known(number) {
		return -1, nil
	}
	w.entries[w.at(number, folder, key)] = value
	return 0, nil
}

func (w *Wallet) remove(number int32, folder, key, _ string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.known(number) {
		return -1, nil
	}
	delete(w.entries, w.at(number, folder, key))
	return 0, nil
}
