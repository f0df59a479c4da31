package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
)

// The window says which API asks and why; the person agrees, or leaves it.
func TestTheWindowAsksForAStepUp(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(*driven)
		agreed bool
	}{
		"they agree":        {func(h *driven) { h.try(h.SignIn("")) }, true},
		"they leave it":     {func(h *driven) { h.Dismiss() }, false},
		"they go elsewhere": {func(h *driven) { h.change(func(m *Model) { m.show(ScreenAbout) }) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newDriven(t)
			h.enter("ada")
			done := make(chan error, 1)
			age := 5 * time.Minute
			go func() {
				asked := account.StepUp{API: "orders", Origin: "https://o.example", MaxAge: &age}
				done <- h.AskStepUp(t.Context(), asked)
			}()
			v := h.until("the question", func(v StateView) bool { return v.Problem != nil })
			if v.Screen != ScreenProblem || v.Problem.Code != "step_up" ||
				!strings.Contains(v.Problem.Message, "orders asks for a sign-in that is no older than 5m0s") {
				t.Errorf("%s %+v", v.Screen, v.Problem)
			}
			c.answer(h)
			if err := <-done; (err == nil) != c.agreed || err != nil && !errors.Is(err, account.ErrStepUp) {
				t.Errorf("%v", err)
			}
			h.until("its end", func(v StateView) bool { return v.Problem == nil })
		})
	}
	h := newDriven(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := h.AskStepUp(ctx, account.StepUp{}); !errors.Is(err, account.ErrStepUp) {
		t.Errorf("the request has ended: %v", err)
	}
	if h.answerStepUp(true) {
		t.Error("the next press on “Sign in” answers a question that nobody asks any more")
	}
}
