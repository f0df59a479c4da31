package session_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// noted is a sealer that notes its calls.
type noted struct {
	blob   []byte
	calls  []string
	fails  error
	unread error
}

func (n *noted) Load(context.Context) ([]byte, error) { return n.blob, n.unread }

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

// Bytes that were read before read as the same again, but what is now to be stored may be another text: one that is no
// UTF-8 is encoded as U+FFFD. It is refused all the same, and the vault is left as it is.
func TestWhatWouldReadAsTheStoredTokenIsRefused(t *testing.T) {
	for name, change := range map[string]func(s *session.Session, text string){
		"access":  func(s *session.Session, text string) { s.Tokens.Access = secret.New(text) },
		"refresh": func(s *session.Session, text string) { s.Tokens.Refresh = secret.New(text) },
		"proof":   func(s *session.Session, text string) { s.ProofKey = secret.New(text) },
	} {
		n := &noted{}
		err := session.NewStore(n).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
			h.Book = crowd(3)
			put := func(text string) {
				one := h.Book.Sessions[1]
				change(&one, text)
				h.Book.Put(one)
			}
			put("a\ufffd")
			if err := h.Write(ctx); err != nil {
				return err
			}
			put("a\xff")
			if err := h.Write(ctx); !errors.Is(err, session.ErrDamaged) {
				t.Errorf("%s, after a write: %v", name, err)
			}
			if err := h.Reload(ctx); err != nil {
				return err
			}
			put("a\xff")
			if err := h.WriteAnew(ctx); !errors.Is(err, session.ErrDamaged) {
				t.Errorf("%s, after a reading: %v", name, err)
			}
			return nil
		})
		if err != nil || !slices.Equal(n.calls, []string{"save"}) {
			t.Errorf("%s: %v, %v", name, n.calls, err)
		}
	}
}

// An account that stands twice would be one after the next start.
func TestAnAccountThatStandsTwiceIsRefused(t *testing.T) {
	b := crowd(2)
	b.Sessions[1] = b.Sessions[0]
	if _, err := session.Encode(b); !errors.Is(err, session.ErrDamaged) {
		t.Errorf("%v, want ErrDamaged", err)
	}
}

// A renewal encodes and reads back the account that it changes, and none of the others.
func TestARenewalReadsBackOneAccount(t *testing.T) {
	n, book := &noted{}, crowd(100)
	if err := session.NewStore(n).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
		h.Book = book
		if err := h.Write(ctx); err != nil {
			return err
		}
		turn := 0
		renewal := testing.AllocsPerRun(5, func() {
			turn++
			one := h.Book.Sessions[turn]
			one.Tokens.Refresh = secret.New(strings.Repeat("n", turn))
			h.Book.Put(one)
			if err := h.Write(ctx); err != nil {
				t.Error(err)
			}
		})
		whole := testing.AllocsPerRun(5, func() { _, _ = session.Encode(h.Book) })
		if renewal > whole/20 {
			t.Errorf("%.0f allocations, of %.0f when all are encoded and read back", renewal, whole)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// A look that knows the stored bytes decodes none. Bytes that differ in one place are decoded, or refused, and an error
// of the sealer is told whatever is known.
func TestALookDecodesOtherBytesAlone(t *testing.T) {
	data, err := session.Encode(crowd(2))
	if err != nil {
		t.Fatal(err)
	}
	n := &noted{blob: data}
	store := session.NewStore(n)
	b, mark, err := store.Look(t.Context(), session.Mark{})
	if err != nil || len(b.Sessions) != 2 {
		t.Fatalf("%d sessions, %v", len(b.Sessions), err)
	}
	if b, now, err := store.Look(t.Context(), mark); err != nil || now != mark || len(b.Sessions) != 0 {
		t.Errorf("unchanged: %d sessions, %v", len(b.Sessions), err)
	}
	n.blob = bytes.Replace(data, []byte("rrrr"), []byte("rrrs"), 1)
	if b, now, err := store.Look(t.Context(), mark); err != nil || now == mark || len(b.Sessions) != 2 {
		t.Errorf("another token: %d sessions, %v", len(b.Sessions), err)
	}
	n.blob = data[:len(data)-1]
	if _, now, err := store.Look(t.Context(), mark); !errors.Is(err, session.ErrDamaged) || now != (session.Mark{}) {
		t.Errorf("cut: %v", err)
	}
	n.blob = nil
	if b, now, err := store.Look(t.Context(), mark); err != nil || now == mark || len(b.Sessions) != 0 {
		t.Errorf("no vault: %d sessions, %v", len(b.Sessions), err)
	}
	n.blob, n.unread = data, errors.New("forged")
	if _, _, err := store.Look(t.Context(), mark); !errors.Is(err, n.unread) {
		t.Errorf("forged: %v", err)
	}
}
