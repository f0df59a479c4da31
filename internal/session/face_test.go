package session_test

import (
	"strings"
	"testing"

	"app.latchkey/internal/session"
)

// A picture is kept with its account, as long as the account claims it, and goes with it.
func TestAFaceIsKeptBesideItsSession(t *testing.T) {
	ada := session.Key{Issuer: "https://id.example", Subject: "ada"}
	who := func(picture string) session.Session {
		return session.Session{Key: ada, Profile: session.Profile{Picture: picture}}
	}
	face := session.Face{Address: "https://id.example/ada.png", Data: "data:image/png;base64,AAAA"}
	var b session.Book
	if b.SetFace(ada, face) {
		t.Error("of an account that is not kept")
	}
	b.Put(who(face.Address))
	for what, f := range map[string]session.Face{
		"of another address": {Address: "https://id.example/grace.png", Data: face.Data},
		"no picture":         {Address: face.Address, Data: "javascript:1"},
		"too large": {Address: face.Address,
			Data: "data:image/png;base64," + strings.Repeat("A", session.MaxFaceBytes)},
	} {
		if b.SetFace(ada, f) || len(b.Faces) != 0 {
			t.Errorf("%s: kept", what)
		}
	}
	if !b.SetFace(ada, face) || b.SetFace(ada, face) {
		t.Error("not kept, or kept twice")
	}
	b.Typed = "ada@acme.example"
	again := decoded(t, b)
	if again.Faces[ada] != face || again.Typed != b.Typed {
		t.Errorf("read again: %+v %q", again.Faces, again.Typed)
	}
	b.Put(who(face.Address)) // a refresh
	if b.Faces[ada] != face {
		t.Error("a refresh has taken the face away")
	}
	b.Put(who("https://id.example/other.png"))
	if again := decoded(t, b); len(again.Faces) != 0 {
		t.Errorf("the face of an address that is not claimed any more: %+v", again.Faces)
	}
	b.Drop(ada)
	if len(b.Faces) != 0 {
		t.Error("the face stays after the account")
	}
	b.Typed = strings.Repeat("a", session.MaxTyped+1)
	if again := decoded(t, b); again.Typed != "" {
		t.Errorf("kept of something long: %d bytes", len(again.Typed))
	}
}

func decoded(t *testing.T, b session.Book) session.Book {
	t.Helper()
	data, err := session.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := session.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return again
}
