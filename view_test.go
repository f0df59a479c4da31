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
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

var update = flag.Bool("update", false, "write the snapshots anew")

const folder = "test/web/snapshots/"

// snapshots are all states that the browser tests draw.
func snapshots() map[string]StateView {
	out := map[string]StateView{}
	for _, some := range []map[string]StateView{signIns(), profiles(), pagesOpened(), problems()} {
		maps.Copy(out, some)
	}
	return out
}

// TestSnapshots holds the files that the browser tests draw against the contract,
// and demands one for each screen, each code of a problem, each action and each field.
func TestSnapshots(t *testing.T) {
	screens, filled, files := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for name, v := range snapshots() {
		v.Revision = 7
		screens[v.Screen] = true
		fields(reflect.ValueOf(v), "", filled)
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := folder + name + ".json"
		files[name+".json"] = true
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
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if !files[f.Name()] {
			t.Errorf("%s%s is of no state that there is: remove it", folder, f.Name())
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
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), path+"[]", filled)
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

// standing is an app whose services are there, with nobody signed in.
func standing() *App {
	a := NewApp("Acme Desk", build{Version: "1"}, false)
	close(a.restored)
	c := newCore()
	c.ready, c.provider, c.account = true, "Acme ID", account.New(account.Options{})
	a.cored.Store(c)
	return a
}

func screenOf(s account.Snapshot, want asked) StateView {
	v := StateView{}
	standing().fromAccount(&v, s, want)
	return v
}

// The guard: only a signed-in account has a profile, whatever else is known.
func TestTheProfileIsReachableOnlyWithASession(t *testing.T) {
	person := account.Account{Key: session.Key{Issuer: "i", Subject: "s"}, Profile: session.Profile{Name: "Ada"}}
	for phase, want := range map[account.Phase]string{
		account.PhaseSignedIn: ScreenProfile, account.PhaseSignedOut: ScreenSignIn, account.PhaseWaiting: ScreenWaiting, account.PhaseLocked: ScreenProblem,
	} {
		s := account.Snapshot{Phase: phase, Session: person}
		if phase == account.PhaseLocked {
			s.Err = errors.New("locked")
		}
		v := screenOf(s, asked{})
		if v.Screen != want || (v.Profile != nil) != (phase == account.PhaseSignedIn) {
			t.Errorf("%s: screen %s, profile %v", phase, v.Screen, v.Profile)
		}
		if v = screenOf(s, asked{page: ScreenDetails}); (v.Details != nil) != (phase == account.PhaseSignedIn) {
			t.Errorf("%s: the details are shown on %s", phase, v.Screen)
		}
	}
}

func TestAPanicBecomesAProblem(t *testing.T) {
	a := NewApp("Acme Desk", build{}, false)
	var seen []StateView
	a.attach = func(context.Context) window {
		w := a.window
		w.emit = func(v StateView) { seen = append(seen, v) }
		return w
	}
	a.start = func(context.Context) (*core, error) {
		c := newCore()
		c.account, c.paste = account.New(account.Options{Store: emptyStore{}}), func(string) error { panic("paste") }
		return c, nil
	}
	a.startup(t.Context())
	if _, err := a.State(); err != nil {
		t.Fatal(err)
	}
	if err := a.PasteAnswer("x"); err == nil || err.Error() != "internal" {
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
