package ui

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the snapshots anew")

const folder = "../../test/web/snapshots/"

// snapshots are all states that the browser tests draw.
func snapshots() map[string]StateView {
	out := map[string]StateView{}
	for _, some := range []map[string]StateView{signIns(), profiles(), pagesOpened(), problems(), setUps()} {
		maps.Copy(out, some)
	}
	return out
}

// TestSnapshots compares the files that the browser tests draw with the states that Go makes, and demands one for each
// screen, each code of a problem, each action and each field.
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
			t.Errorf("%s is not what the contract says (%v): go test ./internal/ui -run Snapshots -update", path, err)
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
