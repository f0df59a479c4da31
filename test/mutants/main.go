// Command mutants switches off each check in turn and demands that a test turns
// red.
//
// mutants.txt lists the edits: each takes one check out of one file. An edit is
// handed to the go command as an overlay, so that the tree is never touched. The
// run fails when a mutant survives, does not compile, or no longer applies. It
// proves that the checks are tested; it proves nothing of checks that are missing.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed mutants.txt
var table string

func main() {
	only := flag.String("run", ".", "only mutants whose line matches")
	jobs := flag.Int("j", max(1, runtime.NumCPU()/2), "how many at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *jobs); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run runs the mutants and reports each.
func run(ctx context.Context, only string, jobs int) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all, err := parse(table)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(m mutant) bool { return !match.MatchString(m.String()) })
	if len(all) == 0 {
		return errors.New("no mutant matches")
	}
	if err := sound(ctx, all); err != nil {
		return err
	}
	began := time.Now()
	slots := make(chan struct{}, max(1, jobs))
	var mu sync.Mutex
	var wait sync.WaitGroup
	bad := 0
	for _, m := range all {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			verdict, fault := m.test(ctx)
			mu.Lock()
			defer mu.Unlock()
			if fault != nil {
				bad++
				verdict = "ALIVE   "
			}
			fmt.Println(verdict, m)
			if fault != nil {
				fmt.Println("         ", fault)
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Printf("%d mutants in %s, %d not found by the tests\n", len(all), time.Since(began).Round(time.Second), bad)
	if bad > 0 {
		return errors.New("there are checks that no test misses")
	}
	return nil
}

// mutant is one edit.
type mutant struct {
	file     string // from the module's root
	sentinel string // the error that the check gives; "-" for none of its own
	name     string // what is switched off
	old, new string
}

// String is the mutant's line in the table.
func (m mutant) String() string { return m.file + " | " + m.sentinel + " | " + m.name }

// apply returns the file with the edit. The old text must stand there exactly once.
func (m mutant) apply(root string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(data), m.old); n != 1 {
		return nil, fmt.Errorf("the edit no longer applies: its text stands %d times in %s", n, m.file)
	}
	return []byte(strings.Replace(string(data), m.old, m.new, 1)), nil
}

// limit is how long one mutant's tests may take: one that takes a limit out hangs,
// and a test that hangs is red too.
const limit = 2 * time.Minute

// test runs the tests of the file's package with the edit.
func (m mutant) test(ctx context.Context) (string, error) {
	data, err := m.apply(".")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	real, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	edited := filepath.Join(dir, path.Base(m.file))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{real: edited}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(edited, data, 0o600),
		os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600)); err != nil {
		return "", err
	}
	return verdict(goTest(ctx, path.Dir(m.file), "-overlay", filepath.Join(dir, "overlay.json")))
}

// goTest runs a package's tests. The certified provider is left out: what only it
// would find is not tested where it should be.
func goTest(ctx context.Context, dir string, flags ...string) (string, error) {
	args := append([]string{
		"test", "-vet=off", "-count=1", "-failfast", "-timeout", limit.String(), "-skip",
		"ACertifiedProvider|ConformanceDocument",
	}, flags...)
	out, err := exec.CommandContext(ctx, "go", append(args, "./"+dir)...).CombinedOutput()
	return string(out), err
}

// sound demands that the tests are green as long as nothing is switched off: a red
// test would prove nothing otherwise.
func sound(ctx context.Context, all []mutant) error {
	seen := map[string]bool{}
	for _, m := range all {
		dir := path.Dir(m.file)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if out, err := goTest(ctx, dir); err != nil {
			return fmt.Errorf("the tests of %s are red with nothing switched off:\n%s", dir, out)
		}
	}
	return nil
}

// verdict reads the output of go test.
func verdict(out string, err error) (string, error) {
	switch {
	case err == nil:
		return "", errors.New("it survives: every test is green")
	case strings.Contains(out, "panic: test timed out"):
		return "hangs   ", nil
	case strings.Contains(out, "--- FAIL: "), strings.Contains(out, "\npanic: "):
		return "killed  ", nil
	}
	return "", fmt.Errorf("no test ran: %s", strings.TrimSpace(out))
}

// parse reads the table: blocks of a line "file | sentinel | name", lines of the
// old text that begin with "-", and lines of the new text that begin with "+".
func parse(text string) ([]mutant, error) {
	var out []mutant
	for i, block := range strings.Split(text, "\n\n") {
		block = strings.Trim(block, "\n")
		if block == "" || strings.HasPrefix(block, "#") {
			continue
		}
		head, body, _ := strings.Cut(block, "\n")
		parts := strings.Split(head, " | ")
		if len(parts) != 3 {
			return nil, fmt.Errorf("block %d: %q is not file | sentinel | name", i+1, head)
		}
		m := mutant{file: parts[0], sentinel: parts[1], name: parts[2]}
		var old, new []string
		for _, line := range strings.Split(body, "\n") {
			switch {
			case strings.HasPrefix(line, "-"):
				old = append(old, line[1:])
			case strings.HasPrefix(line, "+"):
				new = append(new, line[1:])
			default:
				return nil, fmt.Errorf("%s: %q begins with neither - nor +", m, line)
			}
		}
		m.old, m.new = strings.Join(old, "\n"), strings.Join(new, "\n")
		if m.old == "" || m.old == m.new {
			return nil, fmt.Errorf("%s: it changes nothing", m)
		}
		out = append(out, m)
	}
	return out, nil
}
