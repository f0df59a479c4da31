package claims

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// odd makes claims of the largest size that a provider can send.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func list(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"r%d"`, i)
	}
	return "[" + b.String()[1:] + "]"
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"c%d":%d`, i, i)
	}
	return "{" + b.String()[1:] + "}"
}

// work is how many bytes a function allocates. Unlike time, this does not depend on how busy the machine is.
func work(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Twice as much of anything costs about twice the work, not four times.
func TestWorkOnClaimsIsLinear(t *testing.T) {
	for name, make := range map[string]func(n int) string{
		"levels of arrays": func(n int) string { return `{"deep":` + nested(n) + `}` },
		"levels of objects": func(n int) string {
			return `{"deep":` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + `}`
		},
		"roles":           func(n int) string { return `{"roles":` + list(n) + `}` },
		"groups":          func(n int) string { return `{"groups":` + list(n) + `,"organization":` + list(n) + `}` },
		"claims":          members,
		"zitadel's roles": func(n int) string { return `{"urn:zitadel:iam:org:project:roles":` + members(n) + `}` },
		"namespaces":      func(n int) string { return strings.ReplaceAll(members(n), `":`, `/roles":`) },
	} {
		small, large := claims(t, make(500)), claims(t, make(2000))
		for part, f := range map[string]func(Claims){
			"the profile": func(c Claims) { _, _, _ = Organization(c), Shown(Roles(c)), How(c, nil) },
			"the details": func(c Claims) { _ = Table(c) },
			"the export":  func(c Claims) { _, _ = Export(c) },
		} {
			f(small)
			a, b := work(func() { f(small) }), work(func() { f(large) })
			if b > 8*a+1<<19 {
				t.Errorf("%s: %s allocates %d bytes for 500, %d for 2,000", name, part, a, b)
			}
		}
	}
}

func TestListsAreCut(t *testing.T) {
	c := claims(t, `{"roles":`+list(110_000)+`,"organization":`+list(30)+`}`)
	roles := Shown(Roles(c))
	if len(roles) != Listed+1 || roles[Listed] != "and 109,980 more" || roles[0] != "r0" {
		t.Errorf("%d: %q", len(roles), roles[len(roles)-1])
	}
	if org := Organization(c); !strings.HasSuffix(org, "r19, and 10 more") {
		t.Errorf("%q", org)
	}
	for _, row := range Table(c) {
		if row.Claim == "roles" && !strings.HasSuffix(row.Text, "and 109,980 more") {
			t.Errorf("%q", row.Text)
		}
	}
	rows := Table(claims(t, members(5_000)))
	if last := rows[len(rows)-1]; len(rows) != maxRows+1 || !strings.HasPrefix(last.Text, "and 4,800 more") {
		t.Errorf("%d rows, the last %+v", len(rows), last)
	}
	for n, want := range map[int]string{21: "and 1 more", 1020: "and 1,000 more", 1_000_020: "and 1,000,000 more"} {
		if got := Shown(slices.Repeat([]string{"r"}, n)); got[Listed] != want {
			t.Errorf("%d: %q", n, got[Listed])
		}
	}
}

// No text has characters that change the direction of words or are invisible.
func TestTextsAreFitToBeShown(t *testing.T) {
	c := claims(t, `{"org_name":"Acme\u202egnp.exe","roles":["ad\u2066min","\u200b","\u3164"],"idp":"Ok\u202eta",`+
		`"a\u202eb":"x\u009b31m\u202e","deep":{"\u202ek":"\u0085v"}}`)
	texts := []string{Organization(c), strings.Join(Roles(c), "|"), How(c, nil)}
	for _, row := range Table(c) {
		texts = append(texts, row.Claim, row.Label, row.Text)
	}
	export, err := Export(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(texts, export) {
		if strings.ContainsAny(s, "\u202e\u2066\u200b\u3164\u009b\u0085\x1b") {
			t.Errorf("%q", s)
		}
	}
	if texts[1] != "admin" {
		t.Errorf("roles %q", texts[1])
	}
	var back Claims
	if json.Unmarshal([]byte(export), &back) != nil || text(back["org_name"]) != "Acme\u202egnp.exe" {
		t.Errorf("what is copied is not the same: %s", export)
	}
}

func TestNameIsOneThatCanBeSeen(t *testing.T) {
	for _, c := range [][4]string{
		{"Ada", "a@x", "s", "Ada"}, {"\u200b\u3164", "a@x", "s", "a@x"}, {"", "\u202e", "s", "s"},
		{" ", "", "\u200b", `"\u200b"`}, {"\u0301", "", "s", "s"},
	} {
		if got := Name(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%q is called %q", c, got)
		}
	}
}

// The masks hold wherever a token stands, at any depth.
func TestMasksAtDepth(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.sig"
	c := claims(t, `{"a":`+strings.Repeat(`[{"b":`, 40)+`{"access_token":{"x":["hush"]},"plain":"`+token+`","`+token+
		`":1,"n":1.50,"t":[true,null,{},[]]}`+strings.Repeat("}]", 40)+`}`)
	export, err := Export(c)
	if err != nil || strings.Contains(export, "hush") || strings.Contains(export, token) ||
		!strings.Contains(export, `"access_token": "(not shown)"`) || !strings.Contains(export, "1.50") ||
		!json.Valid([]byte(export)) {
		t.Errorf("%v %s", err, export)
	}
}
