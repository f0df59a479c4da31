package session_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"app.latchkey/internal/session"
)

// noted is a sealer that notes its calls.
type noted struct {
	blob  []byte
	calls []string
	fails error
}

func (n *noted) Load(context.Context) ([]byte, error) { return n.blob, nil }

func (n *noted) Save(_ context.Context, data []byte) error { return n.save("save", data) }

func (n *noted) SaveAnew(_ context.Context, data []byte) error { return n.save("anew", data) }

func (n *noted) save(what string, data []byte) error {
	n.calls = append(n.calls, what)
	if n.fails == nil {
		n.blob = slices.Clone(data)
	}
	return n.fails
}

func (n *noted) Reserve(context.Context) error { return nil }

func (n *noted) Ready(context.Context) error { return nil }

func (n *noted) Lock(context.Context) (func(), error) { return func() {}, nil }

func (n *noted) SetAside(error) error { return nil }

// A book that is on disk already is not written again. It is written after a failure, after another book, after the
// vault was read again, and when the write must make older copies unusable.
func TestTheSameBookIsWrittenOnce(t *testing.T) {
	n := &noted{}
	var want []string
	err := session.NewStore(n).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
		h.Book = crowd(2)
		write := func(expected ...string) {
			t.Helper()
			_ = h.Write(ctx)
			if want = append(want, expected...); !slices.Equal(n.calls, want) {
				t.Errorf("%v, want %v", n.calls, want)
			}
		}
		n.fails = errors.New("a full disk")
		write("save")
		n.fails = nil
		write("save")
		write()
		one := h.Book.Sessions[0]
		one.Profile.Name = "Somebody else"
		h.Book.Put(one)
		write("save")
		write()
		if err := h.Reload(ctx); err != nil {
			return err
		}
		write("save")
		if err := h.WriteAnew(ctx); err != nil {
			return err
		}
		want = append(want, "anew")
		write("save")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
