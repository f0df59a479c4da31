package session_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// crowd is a book of n sessions as providers give them: tokens of 1 to 2 KiB and twenty claims.
func crowd(n int) session.Book {
	var b session.Book
	for i := range n {
		claims := map[string]json.RawMessage{}
		for c := range 20 {
			claims[fmt.Sprintf("claim_%d", c)] = json.RawMessage(`"a value of usual length"`)
		}
		key := session.Key{Issuer: "https://id.acme.example", Subject: fmt.Sprintf("person-%d", i)}
		b.Put(session.Session{
			Key: key, ClientID: "desk", Provider: "Acme ID", SignedInAt: time.Unix(1790000000, 0),
			Refreshed: time.Unix(1790000000, 0), IDTokenVerified: true,
			Profile: session.Profile{Name: "Ada Lovelace", Email: "ada@acme.example", Claims: claims},
			Tokens: session.Tokens{
				Access: secret.New(strings.Repeat("a", 1500)), Refresh: secret.New(strings.Repeat("r", 1000)),
				ID: secret.New(strings.Repeat("i", 1500)), Type: "Bearer", Expiry: time.Unix(1790003600, 0),
				Lifetime: time.Hour,
			},
		})
		b.Active = key
	}
	return b
}

// BenchmarkBook writes down and reads what so many accounts take.
func BenchmarkBook(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		book := crowd(n)
		data, err := session.Encode(book)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("encode/accounts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := session.Encode(book); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("decode/accounts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := session.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLook is a look at a vault that has not changed since the last one: the background's, once a minute.
func BenchmarkLook(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		data, err := session.Encode(crowd(n))
		if err != nil {
			b.Fatal(err)
		}
		store := session.NewStore(&noted{blob: data})
		_, mark, err := store.Look(b.Context(), session.Mark{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("accounts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, now, err := store.Look(b.Context(), mark); err != nil || now != mark {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRotate is a renewal among so many accounts: the book is read, one account's tokens are replaced, and the
// book is written. The sealer is memory: what it costs is measured in package vault.
func BenchmarkRotate(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		sealed := &noted{}
		store, turn := session.NewStore(sealed), 0
		put := func(book session.Book) {
			if err := store.Hold(b.Context(), func(ctx context.Context, h *session.Held) error {
				if h.Book.Sessions == nil {
					h.Book = book
				}
				one, _ := h.Book.Current()
				turn++
				one.Tokens.Refresh = secret.New(fmt.Sprint(strings.Repeat("r", 1000), turn))
				h.Book.Put(one)
				return h.Write(ctx)
			}); err != nil {
				b.Fatal(err)
			}
			sealed.calls = nil
		}
		put(crowd(n))
		b.Run(fmt.Sprintf("accounts=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(sealed.blob)))
			for b.Loop() {
				put(session.Book{})
			}
		})
	}
}
