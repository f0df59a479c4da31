package session_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// rewritten is what the vault holds after f has changed its book.
func rewritten(t *testing.T, stored []byte, f func(*session.Book)) []byte {
	t.Helper()
	n := &noted{blob: stored}
	if err := session.NewStore(n).Hold(t.Context(), func(ctx context.Context, h *session.Held) error {
		f(&h.Book)
		return h.Write(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	return n.blob
}

// other returns a value that differs from the zero value of every member of a session.
func other(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	for _, v := range []any{
		session.Tokens{Access: secret.New("AT2"), Refresh: secret.New("RT2"), ID: secret.New("ID2"), Type: "Bearer"},
		map[string]session.APIToken{"orders": {Tokens: session.Tokens{Access: secret.New("API")}, Asked: "so"}},
		session.Profile{Name: "Somebody else", Claims: map[string]json.RawMessage{"a": json.RawMessage(`"b"`)}},
		secret.New("software:AAAA"), time.UnixMilli(1790000000123), []string{"one"}, true, "text",
		session.Ended("refused"),
	} {
		if reflect.TypeOf(v) == of {
			return reflect.ValueOf(v)
		}
	}
	t.Fatalf("no value of %s", of)
	return reflect.Value{}
}

// An account is copied only where nothing of it has changed: a change of any member is stored.
func TestEveryChangeOfAnAccountIsStored(t *testing.T) {
	stored := rewritten(t, nil, func(b *session.Book) { *b = crowd(3) })
	members := reflect.TypeFor[session.Session]()
	for i := range members.NumField() {
		name := members.Field(i).Name
		if name == "Key" {
			continue
		}
		var want session.Session
		now := rewritten(t, stored, func(b *session.Book) {
			want = b.Sessions[1]
			reflect.ValueOf(&want).Elem().Field(i).Set(other(t, members.Field(i).Type))
			b.Put(want)
		})
		b, err := session.Decode(now)
		if err != nil || !reflect.DeepEqual(b.Sessions[1], want) {
			t.Errorf("%s: stored as %+v, %v", name, b.Sessions, err)
		}
	}
}

// The picture of an account stands beside its session.
func TestAChangedPictureIsStored(t *testing.T) {
	stored := rewritten(t, nil, func(b *session.Book) {
		one := full(ada)
		b.Put(one)
		b.Put(full(carl))
		b.SetFace(ada, session.Face{Address: one.Profile.Picture, Data: "data:image/png;base64,AAAA"})
	})
	now := rewritten(t, stored, func(b *session.Book) {
		b.SetFace(ada, session.Face{Address: b.Sessions[0].Profile.Picture, Data: "data:image/png;base64,BBBB"})
	})
	if b, err := session.Decode(now); err != nil || b.Faces[ada].Data != "data:image/png;base64,BBBB" {
		t.Errorf("%+v, %v", b.Faces, err)
	}
	if again := rewritten(t, now, func(*session.Book) {}); !bytes.Equal(again, now) {
		t.Error("nothing was changed, and other bytes were stored")
	}
	now = rewritten(t, stored, func(b *session.Book) { delete(b.Faces, ada) })
	if b, err := session.Decode(now); err != nil || len(b.Faces) != 0 {
		t.Errorf("%+v, %v", b.Faces, err)
	}
}

// Bytes of an account that are not changed are stored as they were, with what a newer version has added. Claims beyond
// the limits, which version 0.1.0 did not have, are not.
func TestTheOtherAccountsKeepTheirBytes(t *testing.T) {
	later := `{"key":{"iss":"i","sub":"later"},"added":{"by":["a newer version"]}}`
	deep := fmt.Sprintf(`{"key":{"iss":"i","sub":"deep"},"claims":{"odd":%s}}`, nested(5000))
	twice := `{"key":{"iss":"i","sub":"twice"},"name":"first"},{"key":{"iss":"i","sub":"twice"},"name":"second"}`
	stored := fmt.Sprintf(`{"v":1,"active":{},"sessions":[%s,%s,%s,%s],"revoke":[]}`, later, deep, twice,
		`{"key":{"iss":"i","sub":"mine"},"added":1}`)
	now := rewritten(t, []byte(stored), func(b *session.Book) {
		mine, _ := b.Find(session.Key{Issuer: "i", Subject: "mine"})
		mine.Tokens.Refresh = secret.New("RT")
		b.Put(mine)
	})
	for text, want := range map[string]int{later: 1, `"added"`: 1, "[[[[": 0, "first": 0, "second": 1, `"RT"`: 1} {
		if n := bytes.Count(now, []byte(text)); n != want {
			t.Errorf("%.40s stands %d times, want %d:\n%.400s", text, n, want, now)
		}
	}
	if !json.Valid(now) {
		t.Errorf("not JSON:\n%.400s", now)
	}
}

// books are encodings, most of them odd.
func books() []string {
	one, two := `{"key":{"iss":"i","sub":"s"},"refresh_token":"a,b]}\\\"["}`, `{"key":{"iss":"i","sub":"t"}}`
	all := []string{"", "{}", "[]", "null", `"sessions":[`, `{"v":1,"sessions":[` + two + `]} {}`}
	for _, list := range []string{
		"", " ", ",", "null", one, one + "," + two, one + ",", "," + one, one + " , " + two, one + one, one + "]",
		"[" + one,
		"[" + one + "]", "{" + one, one + "},{" + two, one[:len(one)-1], `{"key":{"iss":"i","sub":"s"},"name":"\\"}`,
		`{"key":{"iss":"i","sub":"s"},"name":"\\\"}`, `{"sessions":[` + one + `],"key":{"iss":"i","sub":"s"}}`,
	} {
		for _, book := range []string{
			`{"v":1,"sessions":[%s],"revoke":[]}`, `{"v":3,"sessions":[%s]}`, `{"v":0,"sessions":[%s]}`,
			`{"v":1,"active":{"sessions":[1,2]},"sessions":[%s],"typed":"sessions"}`, `{"v":1,"sessions":[%s]`,
			`{"v":1,"sessions":[],"sessions":[%s]}`, `{"v":1,"sessions":[%s],"Sessions":[` + two + `]}`,
			`{"v":1,"typed":"sessions","sessions":[%s]}`, `{"v":1,"typed":"\"sessions\":[","sessions":[%s]}`,
			`[{"v":1,"sessions":[%s]}]`, `{"v":1,"sessions":[%s]}x`, `{"v":1,"sessions":[%s}]`,
			`{"v":1,"sessions":{%s}}`,
		} {
			all = append(all, strings.ReplaceAll(book, "%s", list))
		}
	}
	return all
}

// The list of sessions is cut out before the rest is parsed. What is read is what the parser alone would read: it does
// when a space stands where no version of this program has written one.
func FuzzTheListIsCutAsTheParserWould(f *testing.F) {
	for _, b := range books() {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := session.Decode(data)
		want, parsed := session.Decode(bytes.ReplaceAll(data, []byte(`"sessions":[`), []byte(`"sessions": [`)))
		for _, b := range []*session.Book{&got, &want} {
			for i := range b.Sessions {
				b.Sessions[i].Profile.Claims = nil // which may have such a member
			}
		}
		for _, class := range []error{session.ErrNewer, session.ErrDamaged, nil} {
			if errors.Is(err, class) != errors.Is(parsed, class) {
				t.Fatalf("%q: %v, and the parser says %v", data, err, parsed)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q reads as\n%+v\nand to the parser as\n%+v", data, got, want)
		}
	})
}
