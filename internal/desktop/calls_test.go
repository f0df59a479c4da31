package desktop

import (
	"context"
	"errors"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/ui"
)

// calling returns calls over a window that is up, with nobody to sign in.
func calling(t *testing.T) (*ui.Window, *Calls) {
	t.Helper()
	w := ui.New(ui.Options{Connect: func(_ context.Context, changed func(account.Snapshot)) *ui.Services {
		c := ui.NewServices(changed)
		c.Err = errors.New("there are no settings in this test")
		return c
	}})
	c := NewCalls(w)
	c.Run("run", w.Run)
	t.Cleanup(c.End)
	return w, c
}

// A panic settles the promise with an error and is a problem on the screen, be it in
// the call itself or in what goes on behind it.
func TestAPanicBecomesAProblem(t *testing.T) {
	w, c := calling(t)
	failed := make(chan string, 9)
	c.fail = func(what string, err error) { failed <- what + ": " + err.Error(); w.Fail(what, err) }
	boom := func() error { panic("boom") }
	for what, call := range map[string]func() error{
		"now": func() error { return c.Now("now", boom) },
		"do":  func() error { return c.Do("do", func() { _ = boom() }) },
		"begin": func() error {
			return c.Begin("begin", func() ui.Job { _ = boom(); return nil })
		},
		"try": func() error { return c.Try("try", func() (ui.Job, error) { return nil, boom() }) },
	} {
		if err := call(); !errors.Is(err, errInternal) {
			t.Errorf("%s: %v", what, err)
		}
		if got := <-failed; got != what+": panic in "+what+": boom" {
			t.Errorf("%s is shown as %q", what, got)
		}
	}
	if err := c.Begin("job", func() ui.Job { return func(context.Context) error { return boom() } }); err != nil {
		t.Errorf("the call of a job that panics later: %v", err)
	}
	if got := <-failed; got != "job: panic in job: boom" {
		t.Errorf("the job is shown as %q", got)
	}
}

// What an intent refuses is told at once; what its job fails with is not.
func TestWhatIsToldAtOnce(t *testing.T) {
	_, c := calling(t)
	no := errors.New("no")
	if err := c.Try("try", func() (ui.Job, error) { return nil, no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	ran := make(chan bool, 1)
	err := c.Try("try", func() (ui.Job, error) {
		return func(context.Context) error { ran <- true; return no }, nil
	})
	if err != nil || !<-ran {
		t.Errorf("%v", err)
	}
}

// The end waits for what runs, and ends it.
func TestTheEndEndsTheJobs(t *testing.T) {
	c := NewCalls(ui.New(ui.Options{}))
	ended := false
	c.Run("job", func(ctx context.Context) error { <-ctx.Done(); ended = true; return ctx.Err() })
	c.End()
	if !ended || c.Context().Err() == nil {
		t.Error("it goes on")
	}
}
