package main

import (
	"context"
	"slices"
)

// examine lets the doctor look, one round at a time.
func (a *App) examine() {
	a.mu.Lock()
	if a.checkup.Running {
		a.mu.Unlock()
		return
	}
	a.checkup = CheckView{Running: true}
	a.mu.Unlock()
	a.do("check the set-up", func(ctx context.Context) error {
		defer func() {
			a.mu.Lock()
			a.checkup.Running = false
			found := len(a.checkup.Findings)
			a.mu.Unlock()
			a.publish()
			a.core().log.Info("check.done", "findings", found)
		}()
		return a.core().examine(ctx, a.found)
	})
}

// found takes one finding of the doctor's. Several may have the same ID, such as two settings that
// cannot be used: each is shown.
func (a *App) found(f FindingView) {
	a.mu.Lock()
	a.checkup.Findings = append(slices.Clone(a.checkup.Findings), f) // the list before it may be drawn just now
	if f.Status == "pass" {
		a.checkup.Passed++
	}
	a.mu.Unlock()
	a.publish()
}
