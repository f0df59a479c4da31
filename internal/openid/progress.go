package openid

import (
	"cmp"
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
	w.change(func(p *session.Progress) bool { f(p); return true })
}

// change tells the screen where f says that what it has changed is worth a word, and returns what f says.
func (w *progress) change(f func(*session.Progress) bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	worth := f(&w.last)
	if worth && w.tell != nil {
		w.tell(w.last)
	}
	return worth
}

// again says why the person is asked once more; what was shown before is over.
func (w *progress) again(why string) {
	w.update(func(p *session.Progress) { p.Again, p.URL, p.OpenErr, p.Device = why, "", nil, nil })
}

// stray counts an answer that was not for this sign-in, and reports whether it is worth a word: any page can send
// thousands, and after the first eight only the counts 16, 32, 64 … are shown, and the first answer that the person
// must know of.
func (w *progress) stray(told error) bool {
	return w.change(func(p *session.Progress) bool {
		p.Strays++
		first := told != nil && p.StrayErr == nil
		p.StrayErr = cmp.Or(told, p.StrayErr)
		return first || p.Strays <= 8 || p.Strays&(p.Strays-1) == 0
	})
}

// told is what the person was last told of an answer that was not for this sign-in; nil when nothing was.
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
