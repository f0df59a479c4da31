//go:build linux

package crash

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/test/idp"
)

// disk is the script of the test: each line makes the disk refuse in one way, asks for a token, makes the disk work
// again and asks once more. The data folder is a file system of its own.
const disk = `
set -u
data=$HOME/.local/share/latchkey
mkdir -p "$data"
mount -t tmpfs -o size=400k,mode=700 none "$data"
latchkeyctl signin >/dev/null 2>signin.words || { cat signin.words; exit 1; }
token() { # name, exit code that is wanted
  sleep 1.1 # the token comes due
  latchkeyctl token >out 2>words; code=$?
  echo "$1: exit $code, $(wc -l <out) tokens"
  [ $code = 0 ] || sed "s/^/$1: /" words
}
token sound
cat /dev/zero >"$data/fill" 2>/dev/null; token full; rm "$data/fill"; token room
mount -o remount,ro "$data"; token read-only; mount -o remount,rw "$data"; token writable
(ulimit -f 1; token limited); token unlimited
mount --bind "$data/vault" "$data/vault"; token refused; umount "$data/vault"; token free
mount --bind "$data/vault" "$data/vault"; (sleep 1.5; umount "$data/vault") & token briefly; wait
rm "$data/vault.lock"; mkdir -p "$data/vault.lock/full"; token unlockable; rm -r "$data/vault.lock"; token lockable
chmod 000 "$data/vault"; token closed
ls "$data" | sort | tr '\n' ' '
`

// No refresh token is lost when the disk refuses: the program notices before it spends the token, prints no token, says
// why, and ends with exit code 1. A rename that is refused for less than a second is tried again.
func TestNoTokenIsSpentInVain(t *testing.T) {
	p := idp.Start(t, idp.Config{Lifetime: time.Second})
	ctl := program(t)
	d := newPerson(t, ctl, "", "ada", p)
	ctx, stop := context.WithTimeout(t.Context(), 3*patience)
	defer stop()
	args := []string{"--mount", "bash", "-c", disk}
	if os.Getuid() != 0 {
		args = append([]string{"--map-root-user"}, args...)
	}
	cmd := exec.CommandContext(ctx, "unshare", args...)
	cmd.Dir = d.dir
	cmd.Env = append(d.env, "PATH="+filepath.Dir(ctl)+":"+os.Getenv("PATH"), "LATCHKEY_STORE=file",
		"LATCHKEY_STORE_PASSPHRASE=correct horse battery")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, words := range map[string]string{
		"sound": "", "full": "The disk is full", "room": "", "read-only": "The app cannot write to its folder",
		"writable": "",
		"limited":  "The disk is full", "unlimited": "", "refused": "A file could not be replaced",
		"free": "", "briefly": "",
		"unlockable": "could not be saved", "lockable": "", "closed": "",
	} {
		want := name + ": exit 0, 1 tokens"
		if words != "" {
			want = name + ": exit 1, 0 tokens"
		}
		if !strings.Contains(string(out), want) || !strings.Contains(string(out), words) {
			t.Errorf("want %s, %q", want, words)
		}
	}
	if t.Failed() || !strings.HasSuffix(strings.TrimSpace(string(out)), "vault vault.key vault.lock") {
		t.Errorf("%s", out)
	}
	if p.Reused() > 0 {
		t.Errorf("%d refresh tokens were used again", p.Reused())
	}
}
