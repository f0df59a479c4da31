package doctor

import (
	"context"
	"errors"
	"fmt"
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
			err.Error()+"; "+strings.Join(there, ", ")+" is taken instead",
			"Set BROWSER to a program that opens an address, or unset it.")
	case err != nil && r.o.Getenv("BROWSER") != "":
		r.fail("browser", "None of the programs in BROWSER is there",
			err.Error(),
			"Set BROWSER to a program that opens an address, or unset it.")
	case err != nil:
		r.fail("browser", "No program here can open a browser",
			err.Error(),
			"Install xdg-utils and a browser, or set BROWSER{ours:; a sign-in with --no-browser or --device needs "+
				"none}.")
	case headless:
		r.warn("browser", "There is no display for a browser",
			strings.Join(there, ", "),
			"Sign in {ours:with latchkeyctl signin --device, or --no-browser, and open the address "+
				"elsewhere}{code:on another device}.")
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
		r.warn("window", "The window may stay empty",
			renderer+"=0 is set",
			"If it does, take "+renderer+
				"=0 out of the environment: several graphics cards and compositors show nothing of what WebKitGTK's "+
				"DMA-BUF "+
				"renderer draws.")
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
	var foreign *ownfolder.ForeignError
	switch err := r.o.Vault.Writable(ctx); {
	case err == nil:
		r.pass("folder", "The data folder can be locked and written", dir)
	case errors.As(err, &foreign):
		r.fail("folder", "The data folder belongs to another person",
			fmt.Sprintf("%s belongs to %s, and this runs as root", r.home(foreign.Dir), foreign.Owner),
			"Run this as that person, without sudo; or with sudo -H, for a sign-in of root's own.")
	case errors.Is(err, vault.ErrNoLock):
		r.fail("folder", "No lock can be had in the data folder",
			r.home(err.Error()),
			"Put the data folder on a local disk (XDG_DATA_HOME), or mount the share with locks.")
	case errors.Is(err, context.DeadlineExceeded):
		r.fail("folder", "Another program holds the vault's lock",
			dir,
			"Wait until it is done, or end the program that hangs.")
	case errors.Is(err, vault.ErrDiskFull):
		r.fail("folder", "The disk is full", dir, "Make room on it.")
	default:
		r.fail("folder", "The data folder cannot be written",
			r.home(err.Error()),
			"Make it yours and writable: chown and chmod 700 on "+dir+".")
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
		r.pass("keychain", "The keychain keeps and gives back", "")
	case errors.Is(err, vault.ErrKeychainAbsent):
		r.fail("keychain", "This computer offers no keychain",
			fmt.Sprint(err),
			"Set store = \"file\" (with a passphrase) or \"memory\". On Linux a Secret Service in the session, "+
				"such as "+
				"gnome-keyring or KWallet, is a keychain.")
	case errors.Is(err, vault.ErrNoCollection):
		r.fail("keychain", "The keychain has no default collection",
			"",
			"Make one in the keychain's own program (Passwords and Keys, KWalletManager, KeePassXC) and set it as "+
				"default; or set store = \"file\" and a passphrase.")
	case errors.Is(err, vault.ErrKeychainLocked):
		r.fail("keychain", "The keychain is locked",
			"",
			"Unlock it: sign in to the desktop, or open the keychain's own program and type its password.")
	case errors.Is(err, vault.ErrKeychainTimeout):
		r.fail("keychain", "The keychain does not answer",
			r.o.Settings.KeychainTimeout.String(),
			"Look for its question behind other windows; restart it if there is none, or set keychain_timeout higher.")
	default:
		r.fail("keychain", "The keychain failed", fmt.Sprint(err),
			"Restart it, or set store = \"file\" and a passphrase.")
	}
}

// vault: what is stored could be opened now.
func (r *round) vault(ctx context.Context) {
	if r.o.Vault == nil || r.o.Settings.Store == "memory" {
		return
	}
	found := r.o.Vault.Inspect(ctx)
	const anew = "Sign in again: what is stored is set aside then under another name."
	switch err := found.Err; {
	case !found.Stored:
		r.pass("vault", "Nothing is stored yet", "")
	case errors.Is(err, vault.ErrPassphraseNeeded):
		r.warn("vault", "The vault is protected by a passphrase, which was not given",
			"",
			"Type it when asked{ours:, or set LATCHKEY_STORE_PASSPHRASE or store_passphrase_file}.")
	case errors.Is(err, vault.ErrWrongPassphrase):
		r.fail("vault", "The passphrase does not fit the vault", "", "Set the one that the vault was made with.")
	case errors.Is(err, vault.ErrWrongKey), errors.Is(err, vault.ErrKeyLost):
		r.fail("vault", "The key to what is stored is not here",
			fmt.Sprint(err),
			"Open the desktop session whose keychain has the key: what is stored opens by itself then. "+anew)
	case errors.Is(err, vault.ErrDamaged):
		r.fail("vault", "What is stored cannot be read", fmt.Sprint(err), anew)
	case errors.Is(err, vault.ErrNewer):
		r.fail("vault", "The vault was written by a newer version", "", "Install that version again. "+anew)
	case errors.Is(err, vault.ErrUnreadable), errors.Is(err, vault.ErrDisk):
		r.fail("vault", "The vault's file cannot be read",
			r.home(err.Error()),
			"Make the file yours again: chown and chmod 600.")
	case err != nil:
		r.warn("vault", "Whether the vault can be opened could not be told",
			fmt.Sprint(err),
			"See what is said of the keychain.")
	case found.Open:
		r.warn("vault", "Others can look at the vault's file",
			"it is sealed all the same",
			"chmod 700 the folder "+r.home(r.o.Settings.DataDir)+" and chmod 600 what is in it.")
	default:
		r.pass("vault", "What is stored can be opened", "sealed by "+string(found.Kind))
	}
}
