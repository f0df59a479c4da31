package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// No text of a view has characters that change the direction of words, are invisible or control a terminal, whatever a
// provider, a certificate or a claim says. Long lists are cut.
func TestAViewIsFitToBeShown(t *testing.T) {
	const hostile = "Acme\u202egnp.exe\u2066\u200b\u009b\x1b[2J\u3164"
	quoted, _ := json.Marshal(hostile)
	var roles []string
	for i := range 3_000 {
		roles = append(roles, fmt.Sprintf("%s%d", hostile, i))
	}
	list, _ := json.Marshal(roles)
	who := account.Account{Key: session.Key{Issuer: "https://id.example", Subject: "4711"}, Profile: session.Profile{
		Name: "\u3164\u200b", Email: "ada@acme.example",
		Claims: map[string]json.RawMessage{"org_name": quoted, "roles": list, "idp": quoted, hostile: quoted},
	}}
	snap := account.Snapshot{Phase: account.PhaseSignedIn, Session: who, Accounts: []account.Account{who}}
	for _, page := range []string{"", ScreenDetails} {
		for _, err := range []error{nil, errors.New("certificate of " + hostile)} {
			snap.Err = err
			v := Draw(Model{Known: true, Page: page}, snap, Facts{Provider: hostile, Ready: true})
			data, fault := json.Marshal(v)
			if fault != nil {
				t.Fatal(fault)
			}
			var text string
			walk(t, data, &text)
			if i := strings.IndexAny(text, "\u202e\u2066\u200b\u009b\x1b\u3164"); i >= 0 {
				t.Errorf("%q: %q", page, text[max(0, i-40):min(len(text), i+20)])
			}
			if len(data) > 64<<10 {
				t.Errorf("%q: a view of %d bytes", page, len(data))
			}
			if page == "" && err == nil &&
				(v.Profile.Name != "ada@acme.example" || v.Profile.Roles[len(v.Profile.Roles)-1] != "and 2,980 more" ||
					v.Accounts[0].Name != "ada@acme.example") {
				t.Errorf("%+v", v.Profile)
			}
		}
	}
}

// walk gathers the texts of a JSON value.
func walk(t *testing.T, data []byte, out *string) {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	var gather func(any)
	gather = func(v any) {
		switch v := v.(type) {
		case string:
			all.WriteString(v + "|")
		case []any:
			for _, e := range v {
				gather(e)
			}
		case map[string]any:
			for _, e := range v {
				gather(e)
			}
		}
	}
	gather(v)
	*out = all.String()
}
