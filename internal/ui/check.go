package ui

import "context"

// examine lets the doctor look, one round at a time.
func (w *Window) examine() Job {
	began := false
	w.change(func(m *Model) {
		if began = !m.Check.Running; began {
			m.Check = CheckView{Running: true}
		}
	})
	if !began {
		return nil
	}
	return func(ctx context.Context) error {
		defer func() {
			found := 0
			w.change(func(m *Model) { m.Check.Running, found = false, len(m.Check.Findings) })
			w.now().Log.Info("check.done", "findings", found)
		}()
		return passing(ctx, func(ctx context.Context) error {
			return w.now().Examine(ctx, func(f FindingView) { w.change(func(m *Model) { m.found(f) }) })
		})
	}
}
