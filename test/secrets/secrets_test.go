//go:build linux

package secrets

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/robot"
	"app.latchkey/test/idp"
	"app.latchkey/test/ownrun"
)

const passphrase = "a marked passphrase, horse and battery"

// TestMain lets the test's own program run as the person's browser, and as a process in which secrets are planted.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "browse":
		os.Exit(browse(os.Args[2]))
	case len(os.Args) > 1 && os.Args[1] == "wait":
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// browse opens the address. When the page has a form, browse posts the form, as the page's script would.
func browse(address string) int {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	b := robot.New(nil)
	page, err := b.Visit(ctx, address)
	if err == nil && len(page.Forms) > 0 {
		_, err = b.Submit(ctx, page.Forms[0], nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A planted secret is found, in each kind of place and in each encoding.
func TestWhatIsPlantedIsFound(t *testing.T) {
	const marked = "M4RKED/t0ken+with=signs.and-length"
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plant := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plant("file", "x "+marked+" y")
	plant("log", `{"msg":"sent","body":"token=`+"M4RKED%2Ft0ken%2Bwith%3Dsigns.and-length"+`"}`)
	plant("hex", hex.EncodeToString([]byte("x"+marked)))
	for n := range 3 {
		plant(fmt.Sprint("base64-", n), base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n)+marked+"yz")))
		plant(fmt.Sprint("base64url-", n), base64.URLEncoding.EncodeToString([]byte(strings.Repeat("x", n)+marked)))
	}
	cmd := exec.Command(self, "wait", "--token="+marked)
	cmd.Env = []string{"LATCHKEY_TOKEN=" + marked}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	var l Look
	l.Add("output", []byte(marked))
	if err := l.Files(dir); err != nil {
		t.Fatal(err)
	}
	l.Processes()
	found := strings.Join(l.Found(Text{"a token", marked}), "\n")
	for _, want := range []string{
		"in output", "in " + dir + "/file", "in " + dir + "/log", "in " + dir + "/hex",
		"in " + dir + "/base64-0", "in " + dir + "/base64-1", "in " + dir + "/base64-2",
		"in " + dir + "/base64url-0", "in " + dir + "/base64url-1", "in " + dir + "/base64url-2",
		fmt.Sprintf("in environ of process %d", cmd.Process.Pid),
		fmt.Sprintf("in cmdline of process %d", cmd.Process.Pid),
	} {
		if !strings.Contains(found, want) {
			t.Errorf("planted %s, and not found among\n%s", want, found)
		}
	}
	const quoted = `a "phrase" <with> & signs`
	var pages Look
	pages.Add("JSON", []byte(`{"x":"a \"phrase\" <with> & signs"}`))
	pages.Add("JSON in a page", []byte(`{"x":"a \"phrase\" \u003cwith\u003e \u0026 signs"}`))
	pages.Add("a path", []byte("/x/a%20%22phrase%22%20%3Cwith%3E%20&%20signs"))
	if got := pages.Found(Text{"a phrase", quoted}); len(got) != 3 {
		t.Errorf("found a phrase in %v", got)
	}
	if strings.Contains(found, marked) {
		t.Error("the report tells the secret")
	}
	if got := l.Found(Text{"another", "never-was-here-anywhere"}); len(got) != 0 {
		t.Errorf("found what was not planted: %v", got)
	}
	if err := os.Chmod(filepath.Join(dir, "file"), 0o640); err != nil {
		t.Fatal(err)
	}
	if open, err := Open(dir); err != nil || !strings.Contains(strings.Join(open, "\n"), "/file has mode 640") {
		t.Errorf("%v %v", open, err)
	}
}

// TestNoSecretIsAnywhere signs in both ways, refreshes, fails and signs out, in the
// browser too, with the fullest logging, also to the journal, looks at every process at each request that the
// provider gets, and then reads everything that was left.
func TestNoSecretIsAnywhere(t *testing.T) {
	if !ownrun.In(t) {
		return
	}
	var l Look
	journal := playJournal(t, &l)
	p := idp.Start(t, idp.Config{Lifetime: time.Second, OnRequest: func(string) { l.Processes() }})
	d := newRunner(t, p, &l)
	d.run(0, "signin")
	d.untilDue()
	token := d.run(0, "token")
	d.untilDue()
	d.run(0, "token", "--json")
	d.run(0, "status")
	d.run(0, "reseal", "--new-passphrase-file", d.phrase)
	d.run(0, "signin", "--another") // replaces the tokens
	d.run(1, "status", "--passphrase-file", d.wrong)
	d.device()
	kept := filepath.Join(d.home, ".local/share/latchkey/vault")
	if _, err := os.Stat(kept); err != nil {
		t.Fatal(err)
	}
	// The parameters in the key file are those of RFC 9106 §4.
	if key, err := os.ReadFile(kept + ".key"); err != nil ||
		!bytes.Contains(key, []byte(`"kdf":{"name":"argon2id","t":3,"m":65536,"p":4,`)) {
		t.Errorf("the passphrase costs less than RFC 9106 recommends: %q %v", key, err)
	}
	if err := l.Files(d.home); err != nil { // while somebody is signed in
		t.Fatal(err)
	}
	if report := d.run(0, "signout", "--browser", "--json"); !bytes.Contains(report,
		[]byte(`"tokens":"done","browser":"done"`)) {
		t.Errorf("the sign-out: %s", report)
	}
	if err := l.Files(d.home); err != nil {
		t.Fatal(err)
	}
	if entries := journal(); entries < 6 {
		t.Errorf("the journal has %d entries", entries)
	}
	texts := []Text{{"the passphrase", passphrase}, {"a wrong passphrase", "a wrong passphrase altogether"}}
	kinds := map[string]int{}
	for _, s := range p.Secrets() {
		texts = append(texts, Text(s))
		kinds[s.Kind]++
	}
	for _, kind := range []string{"code", "verifier", "access token", "refresh token", "ID token", "device code"} {
		if kinds[kind] == 0 {
			t.Errorf("there was no %s to look for: %v", kind, kinds)
		}
	}
	if !strings.Contains(string(token), "\n") || l.Count() < 100 {
		t.Errorf("the token printed has %d bytes, and %d places were looked at", len(token), l.Count())
	}
	for _, where := range l.Found(texts...) {
		t.Error(where)
	}
	for _, folder := range []string{".local/share/latchkey", ".config/latchkey"} {
		dir := filepath.Join(d.home, folder)
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) && folder == ".config/latchkey" {
			continue // no settings were written there
		}
		open, err := Open(dir)
		if err != nil {
			t.Error(err)
		}
		for _, what := range open {
			t.Error(what)
		}
	}
}

// runner runs the real program and adds its output to the places to search, except the output of the command token.
type runner struct {
	t                            *testing.T
	l                            *Look
	p                            *idp.Provider
	program, home, phrase, wrong string
	env                          []string
}

func newRunner(t *testing.T, p *idp.Provider, l *Look) *runner {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d := &runner{
		t: t, l: l, p: p, program: filepath.Join(dir, "latchkeyctl"), home: filepath.Join(dir, "home"),
		phrase: filepath.Join(dir, "phrase"), wrong: filepath.Join(dir, "wrong"),
	}
	build := exec.Command("go", "build", "-o", d.program, "app.latchkey/cmd/latchkeyctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for path, text := range map[string]string{d.phrase: passphrase, d.wrong: "a wrong passphrase altogether"} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.env = []string{
		"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "BROWSER=" + self + " browse %s", "LATCHKEY_ISSUER=" + p.Issuer,
		"LATCHKEY_CLIENT_ID=" + idp.ClientID,
		"LATCHKEY_STORE=file", "LATCHKEY_STORE_PASSPHRASE_FILE=" + d.phrase, "LATCHKEY_LOG=debug",
		"LATCHKEY_LOG_TO=both",
		"LATCHKEY_LOGOUT_REDIRECT_PATH=/signed-out",
	}
	return d
}

func (d *runner) start(ctx context.Context, args ...string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
	cmd := exec.CommandContext(ctx, d.program, append([]string{"--verbose"}, args...)...)
	cmd.Env = d.env
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	return cmd, &out, &words
}

// run runs the program, which must end with the code, and returns what it printed.
func (d *runner) run(code int, args ...string) []byte {
	d.t.Helper()
	ctx, stop := context.WithTimeout(d.t.Context(), time.Minute)
	defer stop()
	cmd, out, words := d.start(ctx, args...)
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != code {
		d.t.Fatalf("%v: exit code %d\n%s", args, got, words)
	}
	if words.Len() == 0 && args[0] != "status" {
		d.t.Errorf("%v logged nothing", args)
	}
	d.l.Add(fmt.Sprint("the words of ", args), words.Bytes())
	if args[0] != "token" {
		d.l.Add(fmt.Sprint("the output of ", args), out.Bytes())
	}
	return out.Bytes()
}

// device signs in on another device.
func (d *runner) device() {
	d.t.Helper()
	ctx, stop := context.WithTimeout(d.t.Context(), time.Minute)
	defer stop()
	cmd, out, words := d.start(ctx, "signin", "--device")
	for !d.p.ApproveAny() {
		if ctx.Err() != nil {
			d.t.Fatal("nobody waits for another device")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := cmd.Wait(); err != nil {
		d.t.Fatalf("%v\n%s", err, words)
	}
	d.l.Add("the words of signin --device", words.Bytes())
	d.l.Add("the output of signin --device", out.Bytes())
}

func (d *runner) untilDue() { time.Sleep(time.Until(d.p.Due("ada")) + 10*time.Millisecond) }
