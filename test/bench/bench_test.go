//go:build bench

// Package bench measures Latchkey against references that are run in turn with it,
// and prints one table (docs/performance.md says how each figure is taken). It is
// run by make bench and is no part of the tests: nothing in it can fail for being slow.
//
// It builds and starts programs, with a home, a session bus with a keychain, a
// display and a provider of its own, and writes into the folder that OUT names.
package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// row is one line of the table.
type row struct{ what, ours, reference, ratio, goal string }

// bench is one run of all measurements.
type bench struct {
	t       *testing.T
	machine *machine
	rows    []row
	runs    int // of each program, for a median
}

func (b *bench) add(what, ours, reference, ratio, goal string) {
	b.t.Helper()
	b.rows = append(b.rows, row{what, ours, reference, ratio, goal})
	b.t.Logf("%s: %s, %s, %s, goal %s", what, ours, reference, ratio, goal)
}

// versus adds a line with two figures and the ratio of their medians.
func (b *bench) versus(what string, ours, reference figure, unit, of, goal string) {
	b.t.Helper()
	b.add(what, ours.String()+" "+unit, reference.String()+" "+unit+" "+of,
		fmt.Sprintf("%.2f", ours.median()/reference.median()), goal)
}

func TestBench(t *testing.T) {
	runs := 60
	if os.Getenv("QUICK") != "" {
		runs = 12
	}
	b := &bench{t: t, machine: newMachine(t), runs: runs}
	b.machine.build()
	defer b.write() // keeps the figures so far when a later measurement fails
	for _, part := range []struct {
		name string
		f    func()
	}{
		{"window", b.window}, {"commands", b.commands}, {"many", b.many}, {"growth", b.growth},
		{"packages", b.packages},
	} {
		if only := os.Getenv("ONLY"); only == "" || strings.Contains(only, part.name) {
			part.f()
		}
	}
}

// write writes the table.
func (b *bench) write() {
	var out strings.Builder
	out.WriteString("| What | Latchkey | Reference | Ratio | Goal |\n|---|---|---|---|---|\n")
	for _, r := range b.rows {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", r.what, r.ours, r.reference, r.ratio, r.goal)
	}
	if err := os.WriteFile(filepath.Join(b.machine.out, "table.md"), []byte(out.String()), 0o600); err != nil {
		b.t.Error(err)
	}
}
