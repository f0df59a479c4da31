package ui

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/problem"
)

// firstPaint is how long the first question for the state may wait for the vault.
const firstPaint = 1500 * time.Millisecond

// Options are what a [Window] is made of.
type Options struct {
	App         AppView
	About       *AboutView
	StartHidden bool // the window waits in the background until it is needed
	// Connect makes the services from the settings, which it reads anew each time.
	// changed is for the account's OnChange. What cannot be used is in [Services].Err.
	Connect func(ctx context.Context, changed func(account.Snapshot)) *Services
}

// Window is the window's state and what a person can do with it. Its methods may be
// called from any goroutine.
type Window struct {
	opts  Options
	key   []byte // of the references to problems
	known chan struct{}

	claims claims.Memo // read in [Window.Prepare], outside the lock that publishes

	mu         sync.Mutex
	host       Host
	services   *Services
	earlier    uint64 // revisions that were published with earlier services
	again      func() // makes [Window.Run] connect anew
	model      Model
	dark       bool
	signInNext bool   // the set-up that was saved is for a sign-in
	logged     string // the reference to the problem that was logged last
	ends       ends
	stepUp     chan<- bool // takes the answer to a step-up that is asked for; nil when none is
}

// New returns a window that shows nothing yet; call [Window.Attach] and [Window.Run].
func New(o Options) *Window {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	w := &Window{opts: o, key: key, known: make(chan struct{}), host: noHost(), again: func() {}}
	w.services = NewServices(w.changed)
	return w
}

// Attach connects the window with its window system. dark says how the page begins.
func (w *Window) Attach(h Host, dark bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.host, w.dark = h, dark
}

// Run connects the services and runs them until ctx ends, and again whenever the
// settings are to be read anew.
func (w *Window) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		w.round(ctx)
	}
	return nil
}

// round is one life of the services.
func (w *Window) round(parent context.Context) {
	ctx, stop := context.WithCancel(parent)
	defer stop()
	s := w.opts.Connect(ctx, w.changed)
	defer s.Close()
	w.mu.Lock()
	w.earlier += w.services.Account.Snapshot().Revision + 1
	w.services, w.again = s, stop
	w.mu.Unlock()
	w.window().Appearance(appearance(s.Values()))
	if s.Err != nil {
		s.Log.Error("app.not_started", "err", s.Err)
		w.show(false)
		<-ctx.Done()
		return
	}
	if err := s.Account.Restore(ctx); err != nil {
		w.Failed("restore", err)
	}
	w.show(s.Account.Snapshot().Phase == account.PhaseSignedIn)
	w.forgetTyped(s)
	w.signInAfterSetUp(s)
	s.Account.Run(ctx)
}

// reconnect makes [Window.Run] connect the services anew, of settings that are read again.
func (w *Window) reconnect() {
	w.mu.Lock()
	again := w.again
	w.mu.Unlock()
	again()
}

// show tells that it is known what to show. A window in the background comes up when
// there is something for the person to do.
func (w *Window) show(signedIn bool) {
	first := false
	w.mu.Lock()
	if !w.model.Known {
		first, w.model.Known = true, true
		close(w.known)
	}
	w.mu.Unlock()
	if first && w.opts.StartHidden && !signedIn {
		w.window().Front()
	}
	w.now().Account.Touch()
}

// now returns the current services. Jobs that began before them may still use earlier ones.
func (w *Window) now() *Services {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.services
}

// Account returns the accounts at hand, for your own code: see docs/your-app.md.
func (w *Window) Account() *account.Manager { return w.now().Account }

func (w *Window) window() Host {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.host
}

// change changes the model and publishes what came of it.
func (w *Window) change(f func(*Model)) {
	w.mu.Lock()
	f(&w.model)
	s := w.services
	asking := errors.Is(w.model.Problem, account.ErrStepUp)
	w.mu.Unlock()
	if !asking { // what was asked is not on the screen any more
		w.answerStepUp(false)
	}
	s.Account.Touch()
}

// State returns what to show. The first time it waits a moment for the vault, so that
// the first paint is already the right screen.
func (w *Window) State() StateView {
	select {
	case <-w.known:
	case <-time.After(firstPaint):
	}
	v, _ := w.view()
	return v
}

// First returns what to show, and whether that is known yet: the page may bring it with it.
func (w *Window) First() (StateView, bool) {
	select {
	case <-w.known:
		v, _ := w.view()
		return v, true
	default:
		return StateView{}, false
	}
}

// view returns the state, and the snapshot that it was drawn of.
func (w *Window) view() (StateView, account.Snapshot) {
	s := w.now()
	snap := s.Account.Snapshot()
	w.mu.Lock()
	m, earlier := w.model, w.earlier
	w.mu.Unlock()
	f := Facts{
		App: w.opts.App, About: w.opts.About, Provider: s.Provider, Issuer: s.Issuer, ClientID: s.ClientID,
		Ready: s.Ready, Offers: s.Offers(), SettingsErr: s.Err, Demo: s.OnDemo,
		Values: s.Values(), Store: s.Store(), LogFolder: s.LogFolder, ConfigFolder: s.ConfigFolder,
		Claims: &w.claims, RefKey: w.key,
	}
	if m.Page == ScreenSetup || !s.Ready {
		f.Redirects = s.Redirects()
	}
	if m.Page == ScreenSettings {
		f.AtLogin = s.atLogin()
	}
	v := Draw(m, snap, f)
	v.Revision = earlier + snap.Revision
	return v, snap
}

// Prepare reads the claims of a session that is about to be published: it is for the
// account's Adopting.
func (w *Window) Prepare(p account.Account) {
	w.claims.Person(p.Profile.Claims, p.AMR)
	w.claims.Table(p.Profile.Claims)
}

// changed publishes the state. It is called once for each snapshot, in their order.
func (w *Window) changed(account.Snapshot) {
	v, snap := w.view()
	h := w.window()
	h.Title(titleOf(v))
	h.Emit(v)
	w.noteProblem(v.Problem)
	w.noteEnds(snap, v.App.Name)
	w.fetchPictures(snap)
}

// noteProblem logs a problem when it comes up, with the reference that is shown.
func (w *Window) noteProblem(p *ProblemView) {
	ref := ""
	if p != nil {
		ref = p.Ref
	}
	w.mu.Lock()
	fresh := ref != "" && ref != w.logged
	w.logged = ref
	w.mu.Unlock()
	if fresh {
		w.now().Log.Warn("problem.shown", "ref", ref, "err", p.Detail)
	}
}

// Fail shows a problem of the window's own. what names what was tried, for the log.
func (w *Window) Fail(what string, err error) {
	w.now().Log.Error("app.problem", "what", what, "err", err, "ref", reference(w.key, err))
	w.change(func(m *Model) { m.Problem = err })
}

// Failed notes in the log that a job has failed. What a person must know of it, the job
// has shown.
func (w *Window) Failed(what string, err error) {
	w.now().Log.Debug("app.failed", "what", what, "err", err)
}

// words puts an error into words.
func (w *Window) words(err error) problem.Problem { return problem.From(err, w.now().Provider) }
