package ui

import (
	"context"
	"errors"

	"app.latchkey/internal/account"
)

// AskStepUp shows that an API asks for another sign-in (RFC 9470), which one and why. It returns nil when the person
// agrees by [Window.SignIn], and a [account.StepUpError] when they leave it, or when ctx ends.
func (w *Window) AskStepUp(ctx context.Context, asked account.StepUp) error {
	refusal := &account.StepUpError{StepUp: asked}
	answer := make(chan bool, 1)
	w.mu.Lock()
	w.stepUp, w.model.Problem = answer, refusal
	w.mu.Unlock()
	w.Account().Touch()
	w.window().Front()
	agreed := false
	select {
	case agreed = <-answer:
	case <-ctx.Done():
		w.mu.Lock()
		if w.stepUp == answer { // nobody hears a later answer
			w.stepUp = nil
		}
		w.mu.Unlock()
	}
	w.change(func(m *Model) {
		if errors.Is(m.Problem, refusal) {
			m.Problem = nil
		}
	})
	if !agreed {
		return refusal
	}
	return nil
}

// answerStepUp answers the question that is open, and reports whether there was one.
func (w *Window) answerStepUp(yes bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stepUp == nil {
		return false
	}
	w.stepUp <- yes
	w.stepUp = nil
	return true
}
