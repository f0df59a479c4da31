//go:build linux

package signin_test

import (
	"errors"
	"os"
	"testing"

	"app.latchkey/signin"
	"app.latchkey/signin/signintest"
	"app.latchkey/test/bus"
)

// The system's keychain is the store that a Config begins with; without one nothing weaker is taken.
func TestTheKeychain(t *testing.T) {
	dir := home(t)
	b := bus.Start(t, dir)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	p := signintest.NewProvider(t)
	config := p.Config()
	config.Store = signin.Store{}
	if _, err := open(t, p, config).SignIn(t.Context()); !errors.Is(err, signin.ErrStore) {
		t.Fatalf("without a keychain: %v", err)
	}
	if left := files(t, dir+"/.local"); len(left) > 1 { // the lock
		t.Errorf("nothing is stored, and yet there are %v", left)
	}
	b.Keychain(t, os.Environ())
	first := open(t, p, config)
	if _, err := first.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	config.Store = signin.Keychain()
	if account, err := open(t, p, config).Account(t.Context()); err != nil || account.Name != "Ada" {
		t.Errorf("after a restart: %+v, %v", account, err)
	}
}
