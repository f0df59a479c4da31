package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"reflect"
	"testing"
)

// table.go says what keys.json says.
func TestTheTableIsMadeOfKeysJSON(t *testing.T) {
	data, err := os.ReadFile("keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []group
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&want); err != nil {
		t.Fatalf("keys.json: %v", err)
	}
	if *update {
		if err := os.WriteFile("table.go", source(t, want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !reflect.DeepEqual(table(), want) {
		t.Error("table.go is not made of this keys.json: run go generate ./internal/settings")
	}
}

// source is Go that makes the table.
func source(t *testing.T, groups []group) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("// Code generated of keys.json by go generate; DO NOT EDIT.\n\npackage settings\n\n" +
		"func table() []group {\n\treturn []group{\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "{Title: %q, Keys: []key{\n", g.Title)
		for _, k := range g.Keys {
			b.WriteString("{")
			v := reflect.ValueOf(k)
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
					fmt.Fprintf(&b, "%s: %#v, ", f.Name, v.Field(i))
				}
			}
			b.WriteString("},\n")
		}
		b.WriteString("}},\n")
	}
	b.WriteString("}\n}\n")
	out, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return out
}
