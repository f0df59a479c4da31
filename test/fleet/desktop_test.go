package fleet

import (
	"context"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// desktop is one Latchkey: the product's account, its client, its store and its
// timers. Only the edges are replaced: the network, the browser, and the disk.
type desktop struct {
	account *account.Manager
	disk    *disk
}

// newDesktop makes one that sleeps while asleep holds.
func newDesktop(m *model, asleep span) (*desktop, error) {
	b := &browser{model: m, back: make(chan url.Values, 1)}
	client, err := openid.New(provider.Provider{
		Name: "Fleet", Issuer: issuer, ClientID: clientID, Scopes: []string{"openid"}, RedirectHost: "127.0.0.1",
		RedirectPath: "/callback",
	}, openid.Options{
		Transport: m, OpenURL: b.open,
		Listen: func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return b, nil },
	})
	if err != nil {
		return nil, err
	}
	d := &desktop{disk: &disk{asleep: asleep}}
	d.account = account.New(account.Options{Auth: client, Store: session.NewStore(d.disk)})
	return d, nil
}

// live runs the desktop until ctx ends: a sign-in, then the background refreshes. It takes one goroutine, since half of
// the memory of a large fleet is stacks.
func (d *desktop) live(ctx context.Context, signIn time.Duration) error {
	time.Sleep(signIn)
	if err := d.account.SignIn(ctx, session.SignInRequest{}); err != nil {
		return err
	}
	if d.disk.asleep.to > 0 && rand.IntN(2) == 0 {
		// Half of the people bring the window to the front when they open the lid.
		time.AfterFunc(d.disk.asleep.to-since()+5*time.Second, d.account.Wake)
	}
	d.account.Run(ctx)
	return nil
}

// disk keeps what is stored. It does not answer while the machine sleeps, and answers later by the time that the
// machine's clock stood still. So a timer that expired during the sleep expires when it would on a real machine, whose
// timers stop in sleep.
type disk struct {
	asleep span
	lock   sync.Mutex

	mu   sync.Mutex
	data []byte
}

func (d *disk) Load(context.Context) ([]byte, error) {
	if now := since(); d.asleep.holds(now) {
		time.Sleep(d.asleep.to - d.asleep.from)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data, nil
}

func (d *disk) Save(_ context.Context, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.data = append([]byte(nil), data...)
	return nil
}

func (d *disk) SaveAnew(ctx context.Context, data []byte) error { return d.Save(ctx, data) }

func (d *disk) Ready(context.Context) error   { return nil }
func (d *disk) Reserve(context.Context) error { return nil }
func (d *disk) SetAside(reason error) error   { return reason }
func (d *disk) Lock(context.Context) (func(), error) {
	d.lock.Lock()
	return d.lock.Unlock, nil
}

// browser stands in for the person's browser and for the receiver of the redirect.
type browser struct {
	model *model
	back  chan url.Values
}

func (b *browser) open(_ context.Context, address string) error {
	v, err := b.model.authorize(address)
	if err == nil {
		b.back <- v
	}
	return err
}

func (b *browser) RedirectURI() string { return "http://127.0.0.1:1/callback" }

func (b *browser) Wait(ctx context.Context) (url.Values, error) {
	select {
	case v := <-b.back:
		return v, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *browser) Finish(context.Context, bool, string, string) {}
func (b *browser) Close() error                                 { return nil }
