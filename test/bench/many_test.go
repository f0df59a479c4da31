//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"app.latchkey/internal/program"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

// many counts the refreshes that many callers cause.
func (b *bench) many() {
	b.callers()
	b.processes()
}

// stale signs in with a token that is due at once, under the given environment.
func (b *bench) stale(env []string) {
	b.t.Helper()
	d := b.machine
	d.idp.Lifetime.Store(1)
	cmd := d.command("latchkeyctl", "signin")
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("%v\n%s", err, out)
	}
	time.Sleep(time.Second) // the token's own life
	d.idp.Lifetime.Store(3600)
	d.idp.Counts()
}

// callers asks for a token from 1,000 goroutines of one process at once.
func (b *bench) callers() {
	b.t.Helper()
	d := b.machine
	env := append(append([]string{}, d.env...), "LATCHKEY_STORE=file",
		"LATCHKEY_STORE_PASSPHRASE=correct horse battery", "XDG_DATA_HOME="+d.folder("callers"))
	b.stale(env)
	s, err := settings.Load(settings.Options{AppID: program.AppID, Environ: env})
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := wire.New(s, wire.Options{App: program.AppName, ID: program.AppID})
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.Close()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	if err := p.Account.Restore(ctx); err != nil {
		b.t.Fatal(err)
	}
	const n = 1000
	began := time.Now()
	tokens := make([]string, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			t, err := p.Account.Token(ctx)
			if err != nil {
				b.t.Error(err)
			}
			tokens[i] = t.Access.Reveal()
		})
	}
	all.Wait()
	took := ms(time.Since(began))
	for _, t := range tokens {
		if t != tokens[0] || t == "" {
			b.t.Fatal("callers were given different tokens")
		}
	}
	b.add("1,000 callers of a due token in one process",
		fmt.Sprintf("%d refresh, %s ms", d.idp.Counts()["/token"], format(took)), "", "", "1 refresh")
}

// processes asks for a token from 20 processes at once.
func (b *bench) processes() {
	b.t.Helper()
	d := b.machine
	b.stale(d.env)
	began := time.Now()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if out, err := d.command("latchkeyctl", "token").CombinedOutput(); err != nil {
				b.t.Errorf("%v\n%s", err, out)
			}
		})
	}
	all.Wait()
	b.add("20 processes of a due token, keychain store",
		fmt.Sprintf("%d refresh, %s ms", d.idp.Counts()["/token"], format(ms(time.Since(began)))), "", "", "1 refresh")
}

var benchLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)-\d+\s+\d+\s+(\d+(?:\.\d+)?) ns/op.*?(\d+) allocs/op`)

// packages runs the benchmarks that the packages have of their own, and shows how they grow.
func (b *bench) packages() {
	b.t.Helper()
	list := exec.Command("build/benchdiff.sh", "--packages")
	list.Dir = "../.."
	names, err := list.Output()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command("go", append([]string{
		"test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", "0.2s",
	}, strings.Fields(string(names))...)...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(b.machine.out, "packages.txt"), out, 0o600); err != nil {
		b.t.Fatal(err)
	}
	for _, m := range benchLine.FindAllStringSubmatch(string(out), -1) {
		ns, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			b.t.Fatal(err)
		}
		b.add("go: "+m[1], format(ns/1e6)+" ms, "+m[3]+" allocations", "", "", goals[m[1]])
	}
}

// goals are those of single benchmarks.
var goals = map[string]string{"TokenFromMemory": "0 allocations"}
