package vault_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"app.latchkey/internal/vault"
	"app.latchkey/test/bus"
)

// desktop is a vault on a Secret Service as another desktop has it.
func desktop(t *testing.T, name string, lock bus.Lock) (*bus.Secrets, vault.Config) {
	t.Helper()
	b := bus.Start(t, t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	return b.Secrets(t, name, lock),
		vault.Config{Dir: t.TempDir(), Kind: vault.Keychain, Service: "latchkey-test", Timeout: time.Minute}
}

// The alias says which collection is the default one, whatever its name. One that opens
// without a question is opened, for a write as for a read, and its items are found then.
func TestEveryDesktopsDefaultCollection(t *testing.T) {
	for name, c := range map[string]struct {
		collection string
		lock       bus.Lock
	}{
		"GNOME":                        {"login", bus.Open},
		"KDE":                          {"kdewallet", bus.Open},
		"KeePassXC":                    {"Passw_c3_b6rter", bus.Open},
		"a wallet that PAM opens":      {"kdewallet", bus.Quiet},
		"a keyring without a password": {"login", bus.Quiet},
	} {
		t.Run(name, func(t *testing.T) {
			s, conf := desktop(t, c.collection, c.lock)
			if err := vault.New(conf).Probe(t.Context()); err != nil {
				t.Errorf("what the doctor does: %v", err)
			}
			s.Relock(c.lock)
			saved(t, conf)
			s.Relock(c.lock)
			if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
				t.Errorf("%q %v", got, err)
			}
			s.Relock(c.lock)
			v := vault.New(conf)
			if _, err := v.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Relock(c.lock)
			if err := v.SaveAnew(t.Context(), blob); err != nil {
				t.Errorf("at a sign-out: %v", err)
			}
			if in, prompts, made := s.Items(); !slices.Equal(in, []string{c.collection}) || prompts != 0 || made != 0 {
				t.Errorf("items in %v, %d questions, %d collections made", in, prompts, made)
			}
		})
	}
}

// Only a prompt needs the person, and only the unlock screen shows one.
func TestALockedCollectionThatAsks(t *testing.T) {
	s, conf := desktop(t, "kdewallet", bus.Open)
	saved(t, conf)
	s.Relock(bus.Asks)
	if _, err := vault.New(conf).Load(t.Context()); !errors.Is(err, vault.ErrKeychainLocked) {
		t.Errorf("%v, want ErrKeychainLocked", err)
	}
	fresh := conf
	fresh.Dir = t.TempDir()
	if err := vault.New(fresh).Ready(t.Context()); !errors.Is(err, vault.ErrKeychainLocked) {
		t.Errorf("a new vault: %v, want ErrKeychainLocked", err)
	}
	if _, prompts, made := s.Items(); prompts != 0 || made != 0 {
		t.Errorf("%d questions, %d collections made", prompts, made)
	}
	s.Relock(bus.Never)
	if err := vault.New(conf).UnlockKeychain(t.Context()); !errors.Is(err, vault.ErrKeychainDismissed) {
		t.Errorf("%v, want ErrKeychainDismissed", err)
	}
	s.Relock(bus.Asks)
	if err := vault.New(conf).UnlockKeychain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}

// No collection is made unasked.
func TestWithoutADefaultCollection(t *testing.T) {
	s, conf := desktop(t, "", bus.Open)
	for what, err := range map[string]error{
		"ready": vault.New(conf).Ready(t.Context()), "save": vault.New(conf).Save(t.Context(), blob),
		"probe": vault.New(conf).Probe(t.Context()), "unlock": vault.New(conf).UnlockKeychain(t.Context()),
	} {
		if !errors.Is(err, vault.ErrNoCollection) {
			t.Errorf("%s: %v, want ErrNoCollection", what, err)
		}
	}
	if in, _, made := s.Items(); len(in) != 0 || made != 0 {
		t.Errorf("items in %v, %d collections made", in, made)
	}
	// "Make one": the person does.
	s.Rename("mine")
	saved(t, conf)
}

// What an earlier version stored in another collection is found and kept there.
func TestAKeyInAnotherCollection(t *testing.T) {
	s, conf := desktop(t, "login", bus.Open)
	saved(t, conf)
	s.Rename("kdewallet")
	v := vault.New(conf)
	if got, err := v.Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Fatalf("%q %v", got, err)
	}
	if err := v.SaveAnew(t.Context(), blob); err != nil {
		t.Fatal(err)
	}
	if in, _, made := s.Items(); !slices.Equal(in, []string{"login"}) || made != 0 {
		t.Errorf("items in %v, %d collections made", in, made)
	}
}

// gnome-keyring locks a keyring without a password at each start; it opens unasked.
func TestGNOMEKeyringWithoutAPassword(t *testing.T) {
	home := t.TempDir()
	b := bus.Start(t, home)
	env := append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	conf := vault.Config{Dir: t.TempDir(), Kind: vault.Keychain, Service: "latchkey-test", Timeout: time.Minute}
	first := b.Keychain(t, env)
	quiet := b.WithoutPassword(t, "quiet")
	saved(t, conf)
	b.Gone(t, first)
	b.Locked(t, env, quiet)
	if got, err := vault.New(conf).Load(t.Context()); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%q %v", got, err)
	}
}
