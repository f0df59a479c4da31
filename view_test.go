package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

var update = flag.Bool("update", false, "write the snapshots anew")

const folder = "test/web/snapshots/"

func words(err error) *ProblemView {
	p := problem.From(err, "Acme ID")
	return &ProblemView{Code: p.Code, Title: p.Title, Message: p.Message, Hint: p.Hint, Detail: p.Detail, Ref: "7F3K-20", Actions: p.Actions}
}

// snapshots are the states that the browser tests draw.
func snapshots() map[string]StateView {
	at := time.Date(2026, 3, 14, 9, 14, 0, 0, time.UTC).UnixMilli()
	app := AppView{Name: "Acme Desk", Version: "1.2.3", Demo: true}
	person := ProfileView{
		Name: "Ada Lovelace", Email: "ada@acme.example", EmailVerified: true, Initials: "AL", Issuer: "https://id.example", Subject: "ada",
		Picture:  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
		Verified: true, SignedInAt: at, RefreshedAt: at, ExpiresAt: at + 3600_000, Renewable: true, Health: "fresh",
	}
	long, plain, offline := person, person, person
	long.Name, long.Picture = strings.Repeat("Wolfeschlegelsteinhausenbergerdorff ", 5), ""
	long.Email, long.Initials = strings.Repeat("very-long-", 12)+"@acme.example", "WW"
	plain.Name, plain.Picture, plain.Initials, plain.EmailVerified, plain.Verified = "عمر الخيّام", "", "عا", false, false
	offline.Health, offline.HealthProblem = "offline", "Acme ID cannot be reached"
	return map[string]StateView{
		"starting": {Screen: ScreenStarting, App: app},
		"setup":    {Screen: ScreenSetup, App: app},
		"signin":   {Screen: ScreenSignIn, App: app, Provider: "Acme ID"},
		"signin-ended": {Screen: ScreenSignIn, App: app, Provider: "Acme ID", Last: "Ada Lovelace",
			Notice: &NoticeView{Title: "Your session has ended", Lines: []string{"Sign in again to go on."}}},
		"waiting":         {Screen: ScreenWaiting, App: app, Provider: "Acme ID", Waiting: &WaitingView{Since: at, Until: at + 600_000, Linked: true}},
		"waiting-trouble": {Screen: ScreenWaiting, App: app, Provider: "Acme ID", Waiting: &WaitingView{Since: at, Until: at + 600_000, Linked: true, OpenFailed: "Your browser did not open", Strays: 2}},
		"profile":         {Screen: ScreenProfile, App: app, Provider: "Acme ID", Profile: &person},
		"profile-long":    {Screen: ScreenProfile, App: app, Provider: "Acme ID", Profile: &long},
		"profile-rtl":     {Screen: ScreenProfile, App: app, Provider: "Acme ID", Profile: &plain},
		"profile-offline": {Screen: ScreenProfile, App: app, Provider: "Acme ID", Profile: &offline},
		"problem":         {Screen: ScreenProblem, App: app, Provider: "Acme ID", Problem: words(context.DeadlineExceeded)},
		"problem-markup":  {Screen: ScreenProblem, App: app, Provider: "Acme ID", Problem: &ProblemView{Code: "x", Title: "<img src=x onerror=alert(1)>", Message: "<b>", Hint: "\u202e", Actions: []string{problem.Dismiss}}},
		"unlock":          {Screen: ScreenUnlock, App: app, Provider: "Acme ID"},
		"unlock-choose":   {Screen: ScreenUnlock, App: app, Provider: "Acme ID", Choosing: true},
	}
}

// TestSnapshots holds the files that the browser tests draw against the contract,
// and demands one for each screen and each field.
func TestSnapshots(t *testing.T) {
	screens, filled := map[string]bool{}, map[string]bool{}
	for name, v := range snapshots() {
		v.Revision = 7
		screens[v.Screen] = true
		fields(reflect.ValueOf(v), "", filled)
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := folder + name + ".json"
		if *update {
			if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(bytes.TrimSpace(got), data) {
			t.Errorf("%s is not what the contract says (%v): go test -tags webkit2_41 -run Snapshots -update .", path, err)
		}
	}
	for _, name := range constants(t, "Screen") {
		if !screens[name] {
			t.Errorf("screen %q has no snapshot", name)
		}
	}
	for name, ok := range filled {
		if !ok {
			t.Errorf("field %s is filled in no snapshot", name)
		}
	}
}

// fields notes which fields hold something.
func fields(v reflect.Value, path string, filled map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), path, filled)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := path + "." + v.Type().Field(i).Name
			filled[name] = filled[name] || !v.Field(i).IsZero()
			fields(v.Field(i), name, filled)
		}
	}
}

// constants returns the values of view.go's constants that begin with prefix.
func constants(t *testing.T, prefix string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "view.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, prefix) {
			out = append(out, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	if len(out) < 7 {
		t.Fatalf("%v", out)
	}
	return out
}

// appAt is an app whose account stands at the snapshot.
func screenOf(t *testing.T, s account.Snapshot) StateView {
	t.Helper()
	a := NewApp("Acme Desk", "1", false)
	close(a.restored)
	a.ready, a.provider = true, "Acme ID"
	a.account = account.New(account.Options{})
	v := StateView{}
	a.fromAccount(&v, s, nil, false)
	return v
}

// The guard: only a signed-in account has a profile, whatever else is known.
func TestTheProfileIsReachableOnlyWithASession(t *testing.T) {
	person := account.Public{Key: session.Key{Issuer: "i", Subject: "s"}, Profile: session.Profile{Name: "Ada"}}
	for phase, want := range map[account.Phase]string{
		account.PhaseSignedIn: ScreenProfile, account.PhaseSignedOut: ScreenSignIn, account.PhaseWaiting: ScreenWaiting, account.PhaseLocked: ScreenProblem,
	} {
		s := account.Snapshot{Phase: phase, Session: person}
		if phase == account.PhaseLocked {
			s.Err = errors.New("locked")
		}
		v := screenOf(t, s)
		if v.Screen != want || (v.Profile != nil) != (phase == account.PhaseSignedIn) {
			t.Errorf("%s: screen %s, profile %v", phase, v.Screen, v.Profile)
		}
	}
}

func TestAPanicBecomesAProblem(t *testing.T) {
	a := NewApp("Acme Desk", "1", false)
	var seen []StateView
	a.window = window{emit: func(v StateView) { seen = append(seen, v) }, title: func(string) {}, front: func() {}}
	a.start = func(context.Context) error { a.account = account.New(account.Options{Store: emptyStore{}}); return nil }
	a.startup(t.Context())
	if _, err := a.State(); err != nil {
		t.Fatal(err)
	}
	if err := a.PasteAnswer("x"); err == nil || err.Error() != "internal" { // its func field is nil
		t.Errorf("%v", err)
	}
	v, err := a.State()
	if err != nil || v.Screen != ScreenProblem || v.Problem.Code != "internal" || v.Problem.Ref == "" {
		t.Errorf("%+v %v", v, err)
	}
	if err := a.Dismiss(); err != nil {
		t.Fatal(err)
	}
	if v, _ := a.State(); v.Screen != ScreenSetup {
		t.Errorf("after going back: %s", v.Screen)
	}
	a.shutdown(t.Context())
	for i := 1; i < len(seen); i++ {
		if seen[i].Revision <= seen[i-1].Revision {
			t.Errorf("revisions %d, %d", seen[i-1].Revision, seen[i].Revision)
		}
	}
}

type emptyStore struct{}

func (emptyStore) Ready(context.Context) error                { return nil }
func (emptyStore) Read(context.Context) (session.Book, error) { return session.Book{}, nil }
func (emptyStore) Hold(context.Context, func(context.Context, *session.Held) error) error {
	return nil
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Ada Lovelace": "AL", "ada": "A", "": "", "Ada King Lovelace": "AL", "ada@acme.example": "AE", "عمر الخيّام": "عا", "<b>x</b>": "BB", "張 偉": "張偉"} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
