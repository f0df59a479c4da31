package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/vault"
)

// browser: something here can open an address.
func (r *round) browser(context.Context) {
	there, err := r.o.Browser.Available()
	set := func(name string) bool { return r.o.Getenv(name) != "" }
	headless := runtime.GOOS == "linux" && !slices.ContainsFunc([]string{"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}, set)
	switch {
	case err != nil && len(there) > 0:
		r.warn("browser", "None of the programs in BROWSER is there",
			err.Error()+"; "+strings.Join(there, ", ")+" is taken instead")
	case err != nil && r.o.Getenv("BROWSER") != "":
		r.fail("browser", "None of the programs in BROWSER is there", err.Error())
	case err != nil:
		r.fail("browser", "No program here can open a browser", err.Error())
	case headless:
		r.warn("browser", "There is no display for a browser", strings.Join(there, ", "))
	default:
		r.pass("browser", "The browser can be opened", strings.Join(there, ", "))
	}
}

// renderer is the variable of WebKitGTK that the window sets unless the person has
// (startenv.Renderer).
const renderer = "WEBKIT_DISABLE_DMABUF_RENDERER"

// window: what keeps the window empty on several graphics cards and compositors.
func (r *round) window(context.Context) {
	switch {
	case runtime.GOOS != "linux":
	case r.o.Getenv(renderer) == "0":
		r.warn("window", "The window may stay empty", renderer+"=0 is set")
	default:
		r.pass("window", "The window is drawn in a way that every graphics card can show",
			"without WebKitGTK's DMA-BUF renderer")
	}
}

// folder does what a sign-in does there: the lock, a whole write, room for the next.
func (r *round) folder(ctx context.Context) {
	if r.o.Vault == nil || r.o.Settings.Store == "memory" {
		return
	}
	dir := r.home(r.o.Settings.DataDir)
	err := r.o.Vault.Writable(ctx)
	foreign, isForeign := errors.AsType[*ownfolder.ForeignError](err)
	switch {
	case err == nil:
		r.pass("folder", "The data folder can be locked and written", dir)
	case isForeign:
		r.fail("folder", "The data folder belongs to another person",
			fmt.Sprintf("%s belongs to %s, and this runs as root", r.home(foreign.Dir), foreign.Owner))
	case errors.Is(err, vault.ErrNoLock):
		r.fail("folder", "The data folder offers no lock", r.home(err.Error()))
	case errors.Is(err, context.DeadlineExceeded):
		r.fail("folder", "Another program holds the vault's lock", dir)
	case errors.Is(err, vault.ErrDiskFull):
		r.fail("folder", "The disk is full", dir)
	case errors.Is(err, vault.ErrInTheWay):
		r.fail("folder", "A folder stands where a file is to be written", r.home(err.Error()))
	default:
		r.fail("folder", "The data folder cannot be written", r.home(err.Error()))
	}
}

// log: what the administrator's collector waits for arrives there.
func (r *round) log(context.Context) {
	if r.o.SystemLog == nil {
		return
	}
	if err := r.o.SystemLog(); err == nil {
		r.pass("log", "The system's log can be reached", "log_to is "+r.o.Settings.LogTo)
	} else {
		r.warn("log", "The system's log cannot be reached: lines go into a file instead",
			r.home(fmt.Sprintf("%v; the file is in %s", err, filepath.Join(r.o.Settings.DataDir, "logs"))))
	}
}

// keychain makes a round trip with an item of its own.
func (r *round) keychain(ctx context.Context) {
	if r.o.Vault == nil {
		return
	}
	if store := r.o.Settings.Store; store != "keychain" {
		r.pass("keychain", "The keychain is not used", "store is "+store)
		return
	}
	switch err := r.o.Vault.Probe(ctx); {
	case err == nil:
		r.pass("keychain", "The keychain works", "")
	case errors.Is(err, vault.ErrKeychainAbsent):
		r.fail("keychain", "This computer offers no keychain", fmt.Sprint(err))
	case errors.Is(err, vault.ErrNoCollection):
		r.fail("keychain", "The keychain has no default collection", "")
	case errors.Is(err, vault.ErrKeychainLocked):
		r.fail("keychain", "The keychain is locked", "")
	case errors.Is(err, vault.ErrKeychainTimeout):
		r.fail("keychain", "The keychain does not answer", r.o.Settings.KeychainTimeout.String())
	default:
		r.fail("keychain", "The keychain failed", fmt.Sprint(err))
	}
}

// vault: what is stored could be opened now.
func (r *round) vault(ctx context.Context) {
	if r.o.Vault == nil || r.o.Settings.Store == "memory" {
		return
	}
	found := r.o.Vault.Inspect(ctx)
	switch err := found.Err; {
	case !found.Stored:
		r.pass("vault", "No sign-in is saved yet", "")
	case errors.Is(err, vault.ErrPassphraseNeeded):
		r.warn("vault", "The vault is protected by a passphrase, which was not given", "")
	case errors.Is(err, vault.ErrWrongPassphrase):
		r.fail("vault", "The passphrase does not fit the vault", "")
	case errors.Is(err, vault.ErrWrongKey), errors.Is(err, vault.ErrKeyLost):
		r.fail("vault", "The key to your saved sign-in is missing", fmt.Sprint(err))
	case errors.Is(err, vault.ErrDamaged):
		r.fail("vault", "Your saved sign-in cannot be read", fmt.Sprint(err))
	case errors.Is(err, vault.ErrNewer):
		r.fail("vault", "The vault was written by a newer version", "")
	case errors.Is(err, vault.ErrUnreadable), errors.Is(err, vault.ErrDisk):
		r.fail("vault", "The vault's file cannot be read", r.home(err.Error()))
	case err != nil:
		r.warn("vault", "Whether the vault can be opened could not be told", fmt.Sprint(err))
	case found.Open:
		r.warn("vault", "Others can read the vault's file", "it is sealed all the same")
	default:
		r.pass("vault", "Your saved sign-in can be opened", "sealed by "+string(found.Kind))
	}
}
