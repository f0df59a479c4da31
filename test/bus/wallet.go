//go:build linux

package bus

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Wallet is a KWallet of the test's own, by its own interface.
type Wallet struct {
	mu      sync.Mutex
	refuses bool
	entries map[[3]string][]byte // by wallet, folder and key
	names   []string             // of the wallets that were opened, by their handles
}

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
		"open": w.open, "readEntry": w.read, "writeEntry": w.write, "removeEntry": w.remove,
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

// Refuse makes the person dismiss every question from now on, or none.
func (w *Wallet) Refuse(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuses = yes
}

// Entry returns what is kept in a folder of a wallet under a key.
func (w *Wallet) Entry(wallet, folder, key string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries[[3]string{wallet, folder, key}]
}

func (w *Wallet) open(wallet string, _ int64, _ string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses {
		return -1, nil
	}
	w.names = append(w.names, wallet)
	return int32(len(w.names) - 1), nil
}

func (w *Wallet) at(handle int32, folder, key string) [3]string {
	return [3]string{w.names[handle], folder, key}
}

func (w *Wallet) read(handle int32, folder, key, _ string) ([]byte, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries[w.at(handle, folder, key)], nil
}

func (w *Wallet) write(handle int32, folder, key string, value []byte, _ string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses {
		return -1, nil
	}
	w.entries[w.at(handle, folder, key)] = value
	return 0, nil
}

func (w *Wallet) remove(handle int32, folder, key, _ string) (int32, *dbus.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.entries, w.at(handle, folder, key))
	return 0, nil
}
