//go:build bench

package bench

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"app.latchkey/test/plot"
)

// growth measures what grows with the accounts of a vault, and with the claims of one of them, in processor time: the
// runs of all sizes are taken in turn. It writes a table and a plot of each into the folder of the results.
func (b *bench) growth() {
	sizes, runs := []int{1, 10, 100, 1000}, max(b.runs/10, 2)
	if os.Getenv("QUICK") != "" {
		sizes = []int{1, 1000}
	}
	b.machine.run("latchkeyctl", "signin")
	var text strings.Builder
	b.grow(&text, "accounts", sizes, runs, []series{
		{"vault opened: latchkeyctl token", b.machine.taken("latchkeyctl", "token")},
		{"list: latchkeyctl accounts", b.machine.taken("latchkeyctl", "accounts")},
		{"window: profile painted", b.machine.paintTaken},
	}, func(n int) []string { return []string{strconv.Itoa(n), "20"} })
	b.grow(&text, "claims", sizes, runs, []series{
		{"latchkeyctl status", b.machine.taken("latchkeyctl", "status")},
		{"window: profile painted", b.machine.paintTaken},
	}, func(n int) []string { return []string{"1", strconv.Itoa(n)} })
	b.keep("growth.md", text.String())
}

// series is one line of a plot: what it measures, in milliseconds of processor time, in a place of its own.
type series struct {
	name  string
	taken func(env []string) float64
}

// grow measures each series at each size, and writes a table and a plot.
func (b *bench) grow(table *strings.Builder, of string, sizes []int, runs int, all []series,
	crowd func(n int) []string) {
	b.t.Helper()
	var measure []func() float64
	places := map[int][]string{}
	for _, n := range sizes {
		places[n] = b.machine.place(fmt.Sprint(of, "-", n), crowd(n))
		for _, s := range all {
			measure = append(measure, func() float64 { return s.taken(places[n]) })
		}
	}
	got := inTurn(runs, measure...)
	chart := plot.Chart{
		X: plot.Axis{Title: "number of " + of, Min: 1, Max: 1000, Log: true, Ticks: plot.Decades(1, 1000)},
		Y: decades("processor time (ms)", got),
	}
	fmt.Fprintf(table, "\n| %s | vault (KiB) |", of)
	for i, s := range all {
		fmt.Fprintf(table, " %s (ms) |", s.name)
		chart.Lines = append(chart.Lines, plot.Line{Name: s.name, Marks: true})
		for j, n := range sizes {
			at := plot.Point{X: float64(n), Y: got[j*len(all)+i].median()}
			chart.Lines[i].Points = append(chart.Lines[i].Points, at)
		}
	}
	fmt.Fprintf(table, "\n|%s\n", strings.Repeat("---|", len(all)+2))
	for j, n := range sizes {
		fmt.Fprintf(table, "| %d | %.0f |", n, b.machine.vaultKiB(places[n]))
		for i := range all {
			fmt.Fprintf(table, " %s |", got[j*len(all)+i])
		}
		table.WriteString("\n")
	}
	b.keep("growth-"+of+".svg", chart.SVG())
}

// decades is an axis from the power of ten below all medians to the one above.
func decades(title string, all []figure) plot.Axis {
	low, high := math.Inf(1), 0.0
	for _, f := range all {
		low, high = min(low, f.median()), max(high, f.median())
	}
	low, high = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	return plot.Axis{Title: title, Min: low, Max: high, Log: true, Ticks: plot.Decades(low, high)}
}

// keep writes a file of the results.
func (b *bench) keep(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.machine.out, name), []byte(text), 0o600); err != nil {
		b.t.Error(err)
	}
}

// place copies the data of the account that is signed in, lets it grow, and returns the environment to use it in.
func (d *machine) place(name string, crowd []string) []string {
	d.t.Helper()
	from, to := d.folder("data"), d.folder("data-"+name)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		d.t.Fatal(err)
	}
	env := append(slices.Clone(d.env), "XDG_DATA_HOME="+to)
	cmd := d.command("crowd", crowd...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Fatalf("%v\n%s", err, out)
	}
	return env
}

// vaultKiB is the size of the vault's file.
func (d *machine) vaultKiB(env []string) float64 {
	d.t.Helper()
	dir, _ := strings.CutPrefix(env[len(env)-1], "XDG_DATA_HOME=")
	info, err := os.Stat(filepath.Join(dir, "latchkey", "vault"))
	if err != nil {
		d.t.Fatal(err)
	}
	return float64(info.Size()) / 1024
}

// taken measures the processor time of a whole run of a program.
func (d *machine) taken(name string, args ...string) func(env []string) float64 {
	return func(env []string) float64 {
		cmd := d.command(name, args...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			d.t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return processor(cmd)
	}
}

func processor(cmd *exec.Cmd) float64 {
	return ms(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
}

// paintTaken measures the processor time that the window and its processes have taken when the profile is painted.
func (d *machine) paintTaken(env []string) (v float64) {
	d.paintedIn(env, "latchkey", func(pid int) { v = usageOf(pid).since(usage{}) })
	return v
}
