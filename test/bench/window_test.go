//go:build bench

package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// window measures the window against two that do nothing: one shows the very profile as a page that stands still, the
// other shows an empty page.
func (b *bench) window() {
	d := b.machine
	d.run("latchkeyctl", "signin")
	d.makeStatic()
	names := []string{"latchkey", "static", "emptyapp"}
	each := func(measure func(name string) float64) []func() float64 {
		var out []func() float64
		for _, name := range names {
			out = append(out, func() float64 { return measure(name) })
		}
		return out
	}
	runs := max(b.runs/3, 3)
	f := inTurn(runs, each(func(name string) float64 { return d.painted(name, nil) })...)
	b.versus("window: from start to the profile painted, stored session", f[0], f[1], "ms", "static profile", "≤ 1.10")
	b.versus("… beside an empty window", f[0], f[2], "ms", "empty Wails app", "≤ 1.25")
	f = inTurn(max(runs/4, 2), each(func(name string) (v float64) {
		d.painted(name, func(pid int) {
			time.Sleep(3 * time.Second) // what is allocated for the first picture is given back
			v = d.memory(pid)
		})
		return v
	})...)
	b.versus("window: memory of all its processes (PSS)", f[0], f[1], "MiB", "static profile", "")
	b.versus("… beside an empty window", f[0], f[2], "MiB", "empty Wails app", "≤ 1.08")
	if os.Getenv("QUICK") == "" {
		b.rest()
	}
}

// rest measures minutes in which nobody does anything, of all windows at the same time.
func (b *bench) rest() {
	d := b.machine
	d.idp.Lifetime.Store(24 * 3600) // a renewal is no rest
	defer d.idp.Lifetime.Store(3600)
	d.run("latchkeyctl", "signin")
	var cpu, wakes [3]figure
	d.painted("latchkey", func(first int) {
		d.painted("static", func(second int) {
			d.painted("emptyapp", func(third int) {
				time.Sleep(20 * time.Second) // the browser engine's own start is over
				for range 3 {
					for i, m := range minute([3]int{first, second, third}) {
						cpu[i], wakes[i] = append(cpu[i], m[0]), append(wakes[i], m[1])
					}
				}
			})
		})
	})
	b.versus("window at rest: processor time in a minute, all its processes", cpu[0], cpu[2], "ms",
		"empty Wails app", "≤ 1.15")
	b.versus("… beside the static profile", cpu[0], cpu[1], "ms", "static profile", "")
	ours, empty := wakes[0].median(), wakes[2].median()
	b.add("window at rest: tenths of a second in a minute in which the program woke up", fmt.Sprintf("%.0f", ours),
		fmt.Sprintf("%.0f empty Wails app", empty), fmt.Sprintf("%+.0f", ours-empty), "+1")
}

// minute returns of each program the milliseconds of processor time, and the tenths of a second in which it woke up.
func minute(pids [3]int) (out [3][2]float64) {
	var before [3]usage
	var last [3]float64
	for i, pid := range pids {
		before[i], last[i] = usageOf(pid), switchesOf(pid)
	}
	for range 10 * 60 {
		time.Sleep(100 * time.Millisecond)
		for i, pid := range pids {
			if now := switchesOf(pid); now != last[i] {
				last[i] = now
				out[i][1]++
			}
		}
	}
	for i, pid := range pids {
		out[i][0] = usageOf(pid).since(before[i])
	}
	return out
}

// painted starts a window and returns the milliseconds until the mark that all windows show is on the screen. It calls
// then with the process, and ends the process.
func (d *machine) painted(name string, then func(pid int)) float64 {
	d.t.Helper()
	return d.paintedIn(d.env, name, then)
}

// paintedIn is painted in another environment.
func (d *machine) paintedIn(env []string, name string, then func(pid int)) float64 {
	d.t.Helper()
	screen := d.screens[name]
	cmd := d.command(name, d.arguments[name]...)
	cmd.Env = append(slices.Clone(env), "DISPLAY="+screen.display)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	mark := d.mark()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
		d.until("a window to leave the screen", func() bool { return screen.count(mark) == 0 })
	}()
	d.until(name+" to be painted", func() bool { return screen.count(mark) >= 8 })
	took := ms(time.Since(began))
	if then != nil {
		then(cmd.Process.Pid)
	}
	return took
}

// until checks every millisecond.
func (d *machine) until(what string, done func() bool) {
	d.t.Helper()
	for began := time.Now(); !done(); time.Sleep(time.Millisecond) {
		if time.Since(began) > limit {
			d.t.Fatalf("waited in vain for %s", what)
		}
	}
}

var good = regexp.MustCompile(`--good: #([0-9a-f]{6});`)

// mark is the colour of the profile's two dots, which the empty page has as well.
func (d *machine) mark() uint32 {
	d.t.Helper()
	var found []byte
	for _, path := range []string{"../../frontend/styles/tokens.css", "emptyapp/frontend/index.html"} {
		text, err := os.ReadFile(path)
		if err != nil {
			d.t.Fatal(err)
		}
		if m := good.FindSubmatch(text); found == nil && m != nil {
			found = m[1]
		} else if found == nil || !bytes.Contains(text, found) {
			d.t.Fatalf("%s has not the mark's colour", path)
		}
	}
	v, err := strconv.ParseUint(string(found), 16, 32)
	if err != nil {
		d.t.Fatal(err)
	}
	return uint32(v)
}

// usage is the processor time in nanoseconds that each thread of a window's processes
// has taken, by its place in /proc.
type usage map[string]float64

// since adds up what was taken since then, in milliseconds. A thread that ended
// meanwhile does not count.
func (u usage) since(then usage) float64 {
	sum := 0.0
	for place, now := range u {
		sum += now - then[place]
	}
	return sum / 1e6
}

var (
	switches = regexp.MustCompile(`(?m)^voluntary_ctxt_switches:\s+(\d+)`)
	ran      = regexp.MustCompile(`^(\d+)`)
	pss      = regexp.MustCompile(`(?m)^Pss:\s+(\d+) kB`)
)

func usageOf(pid int) usage {
	u := usage{}
	for _, p := range family(pid) {
		for _, place := range threads(p) {
			schedule, _ := os.ReadFile(place + "/schedstat") // nanoseconds first
			u[place] = number(ran, schedule)
		}
	}
	return u
}

// switchesOf is how often the threads of one process have gone to sleep.
func switchesOf(pid int) float64 {
	sum := 0.0
	for _, place := range threads(pid) {
		status, _ := os.ReadFile(place + "/status")
		sum += number(switches, status)
	}
	return sum
}

func threads(pid int) []string {
	places, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	return places
}

// memory is the proportional share of all memory of a window's processes, in MiB.
func (d *machine) memory(pid int) float64 {
	sum := 0.0
	for _, p := range family(pid) {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if err != nil {
			d.t.Fatal(err)
		}
		sum += number(pss, rollup) / 1024
	}
	return sum
}

func number(shape *regexp.Regexp, text []byte) float64 {
	m := shape.FindSubmatch(text)
	if m == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	return v
}

// family is a process and all processes that it started.
func family(pid int) []int {
	out := []int{pid}
	children, _ := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
	for _, field := range strings.Fields(string(children)) {
		child, err := strconv.Atoi(field)
		if err == nil {
			out = append(out, family(child)...)
		}
	}
	return out
}
