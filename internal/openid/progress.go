package openid

import (
	"sync"

	"app.latchkey/internal/session"
)

// progress serialises what the waiting screen is told, and keeps it from a flood.
type progress struct {
	mu   sync.Mutex
	last session.Progress
	tell func(session.Progress)
}

func (w *progress) update(f func(*session.Progress)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.last)
	if w.tell != nil {
		w.tell(w.last)
	}
}

// again says why the person is asked once more; what was shown before is over.
func (w *progress) again(why string) {
	w.update(func(p *session.Progress) { p.Again, p.URL, p.OpenErr, p.Device = why, "", nil, nil })
}

// stray counts an answer that was not for this sign-in, and reports whether it is worth a word: any
// page can send thousands, and after the first ones, only the counts 2, 4, 8 … are shown.
func (w *progress) stray(told error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last.Strays++
	if told != nil {
		w.last.StrayErr = told
	}
	if n := w.last.Strays; n > 8 && n&(n-1) != 0 {
		return false
	}
	if w.tell != nil {
		w.tell(w.last)
	}
	return true
}

// told is what the person was last told of an answer that was not for this sign-in;
// nil when nothing was.
func (w *progress) told() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last.StrayErr
}

// told is what the person must know of the stray; nil for most.
func (s Stray) told() error {
	if s.Err != nil || s.Code == "" {
		return s.Err
	}
	return &AnswerError{Kind: ErrUnbound, Code: clean(s.Code, 60), Description: clean(s.Description, 200)}
}
