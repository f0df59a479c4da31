package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"app.latchkey/internal/secret"
)

const text = "s3cr3t-t0k3n"

func TestNoVerbPrintsTheText(t *testing.T) {
	holder := struct {
		Token  secret.Secret
		inside secret.Secret
		Ptr    *secret.Secret
	}{Token: secret.New(text), inside: secret.New(text), Ptr: new(secret.New(text))}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		for _, value := range []any{
			secret.New(text), &holder.Token, holder, []secret.Secret{secret.New(text)},
			map[string]secret.Secret{"k": secret.New(text)},
		} {
			out := fmt.Sprintf(verb, value)
			if strings.Contains(out, text) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", text)) {
				t.Errorf("%s of %T prints the secret", verb, value)
			}
		}
	}
}

func TestNoEncoderWritesTheText(t *testing.T) {
	s := secret.New(text)
	if _, err := json.Marshal(struct{ S secret.Secret }{s}); !errors.Is(err, secret.ErrMarshal) {
		t.Errorf("json: %v, want ErrMarshal", err)
	}
	if _, err := json.Marshal(map[secret.Secret]int{s: 1}); err == nil {
		t.Error("json map key: no error")
	}
	if _, err := s.MarshalText(); !errors.Is(err, secret.ErrMarshal) {
		t.Errorf("text: %v, want ErrMarshal", err)
	}
	if err := gob.NewEncoder(new(bytes.Buffer)).Encode(s); err == nil {
		t.Error("gob: no error")
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "s", s, "group", slog.GroupValue(slog.Any("inner", s)), "in struct",
			struct{ S secret.Secret }{s})
	}
	if strings.Contains(log.String(), text) {
		t.Errorf("slog wrote the secret: %s", log.String())
	}
}

func TestAbsentAndEqual(t *testing.T) {
	if !secret.New("").IsZero() || secret.New("").String() != "" {
		t.Error("an empty text is not the absent secret")
	}
	if !secret.New("a").Equal(secret.New("a")) || secret.New("a").Equal(secret.New("b")) ||
		secret.New("a").Equal(secret.New("")) {
		t.Error("Equal compares wrongly")
	}
	if secret.New(text).Reveal() != text {
		t.Error("Reveal does not give the text back")
	}
}
