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

// found takes one finding of the doctor's; one with the same ID replaces it.
func (a *App) found(f FindingView) {
	a.mu.Lock()
	list := slices.Clone(a.checkup.Findings)
	if i := slices.IndexFunc(list, func(other FindingView) bool { return other.ID == f.ID }); i >= 0 {
		list[i] = f
	} else {
		list = append(list, f)
	}
	a.checkup.Findings, a.checkup.Passed = list, 0
	for _, one := range list {
		if one.Status == "pass" {
			a.checkup.Passed++
		}
	}
	a.mu.Unlock()
	a.publish()
}
