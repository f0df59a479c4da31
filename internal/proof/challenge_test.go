package proof_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/proof"
)

func challenges(lines ...string) []proof.Challenge {
	return proof.Challenges(http.Header{"Www-Authenticate": lines})
}

func TestChallengesAreReadAsRFC9110HasThem(t *testing.T) {
	for _, c := range []struct {
		line string
		want string
	}{
		{
			`DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"`,
			`[{dpop  map[error:use_dpop_nonce error_description:Resource server requires nonce in DPoP proof]}]`,
		},
		{
			`Bearer error="insufficient_user_authentication", acr_values="a b", max_age=5`,
			`[{bearer  map[acr_values:a b error:insufficient_user_authentication max_age:5]}]`,
		},
		{
			`Basic realm="a, b", DPoP algs="ES256 PS256", Bearer`,
			`[{basic  map[realm:a, b]} {dpop  map[algs:ES256 PS256]} {bearer  map[]}]`,
		},
		{
			`Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple"`,
			`[{newauth  map[realm:apps title:Login to "apps" type:1]} {basic  map[realm:simple]}]`,
		},
		{`Negotiate, NTLM`, `[{negotiate  map[]} {ntlm  map[]}]`},
		{`Negotiate YII+/x==, Basic realm=a`, `[{negotiate YII+/x== map[]} {basic  map[realm:a]}]`},
		{`  ,, Bearer   realm = "x" , , error=y ,`, `[{bearer  map[error:y realm:x]}]`},
		{`BEARER REALM="x"`, `[{bearer  map[realm:x]}]`},
		{`Bearer realm=""`, `[{bearer  map[realm:]}]`},
		{`Bearer a="1",Basic b="2"`, `[{bearer  map[a:1]} {basic  map[b:2]}]`},
		{`Bearer realm="x", error="a", error="b"`, `[]`},
		{`Bearer realm="x", REALM="y", DPoP error=z`, `[{dpop  map[error:z]}]`},
		{`Bearer realm="never ends`, `[]`},
		{`Bearer realm="x" junk, DPoP error=z`, `[]`},
		{`Bearer realm="x", "junk", DPoP error=z`, `[{bearer  map[realm:x]}]`},
		{"Bearer realm=\"a\x01b\"", `[]`},
		{`Bearer/1 realm=x`, `[]`},
		{`="x"`, `[]`},
		{``, `[]`},
	} {
		if got := fmt.Sprint(challenges(c.line)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestALineThatCannotBeReadSpoilsNoOther(t *testing.T) {
	if got := fmt.Sprint(challenges(`Bearer realm="`, `DPoP error=use_dpop_nonce`, `@`)); got !=
		`[{dpop  map[error:use_dpop_nonce]}]` {
		t.Errorf("%s", got)
	}
}

func TestChallengesAreBounded(t *testing.T) {
	if n := len(challenges(strings.Repeat("Bearer,", 2000))); n != 32 {
		t.Errorf("%d challenges", n)
	}
	if got := challenges(`DPoP a="`+strings.Repeat("x", 20<<10)+`"`, "Bearer"); len(got) != 0 {
		t.Errorf("%d challenges of a header of 20 KiB", len(got))
	}
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, ", p%d=x", i)
	}
	if got := challenges("Bearer realm=x" + many.String()); len(got) != 0 {
		t.Errorf("%d parameters are kept", len(got[0].Params))
	}
}

func TestWhoDemandsANonce(t *testing.T) {
	for line, want := range map[string]bool{
		`DPoP error="use_dpop_nonce"`: true, `Bearer, dpop error=use_dpop_nonce`: true,
		`Bearer error="use_dpop_nonce"`: false,
		`DPoP error="invalid_token"`:    false, `DPoP`: false, ``: false, `DPoP error="USE_DPOP_NONCE"`: false,
	} {
		if got := proof.NonceDemanded(challenges(line)); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

func TestStepUp(t *testing.T) {
	const in = `error="insufficient_user_authentication"`
	for _, c := range []struct {
		line, acr, scope string
		age              time.Duration // -1 is none
		none             bool
	}{
		{line: `Bearer ` + in + `, acr_values="gold silver"`, acr: "gold silver", age: -1},
		{line: `DPoP ` + in + `, max_age="300", scope="orders"`, age: 5 * time.Minute, scope: "orders"},
		{line: `Bearer ` + in + `, max_age=0`},
		{
			line: `Basic realm=x, Bearer realm="y", ` + in + `, acr_values=gold, max_age=60`, acr: "gold",
			age: time.Minute,
		},
		{line: `Bearer ` + in + `, max_age=4294967295`, age: 365 * 24 * time.Hour},
		{line: `Bearer ` + in + `, max_age=x, DPoP ` + in + `, acr_values=b`, acr: "b", age: -1},
		{line: `Bearer ` + in, none: true},
		{line: `Basic ` + in + `, acr_values=a`, none: true},
		{line: `Bearer error="invalid_token", acr_values=a`, none: true},
		{line: `Bearer ` + in + `, max_age=-1`, none: true},
		{line: `Bearer ` + in + `, max_age=99999999999999999999`, none: true},
		{line: `Bearer ` + in + `, max_age=1.5`, none: true},
		{line: `Bearer ` + in + `, acr_values="ü"`, none: true},
		{line: `Bearer ` + in + `, acr_values="a\"b"`, none: true},
		{line: `Bearer ` + in + `, acr_values="` + strings.Repeat("a ", 17) + `"`, none: true},
		{line: `Bearer ` + in + `, acr_values="` + strings.Repeat("a", 2049) + `"`, none: true},
	} {
		s, ok := proof.StepUpIn(challenges(c.line))
		if ok == c.none {
			t.Errorf("%.80s: found %t", c.line, ok)
			continue
		}
		age := time.Duration(-1)
		if s.MaxAge != nil {
			age = *s.MaxAge
		}
		if !c.none && (strings.Join(s.ACRValues, " ") != c.acr || s.Scope != c.scope || age != c.age) {
			t.Errorf("%s: %+v %s", c.line, s, age)
		}
	}
}

func FuzzChallenges(f *testing.F) {
	for _, s := range []string{
		`DPoP error="use_dpop_nonce"`, `Basic realm="a, b", Bearer`, `Negotiate YII+/x==`, `a b="\"", c=d`, `a =`,
		`a b=c d`, `,`, `a "`,
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		for _, c := range challenges(one, two) {
			if c.Scheme == "" || c.Scheme != strings.ToLower(c.Scheme) || c.Token68 != "" && len(c.Params) > 0 ||
				len(c.Params) > 32 {
				t.Fatalf("%+v", c)
			}
			for name, value := range c.Params {
				if name == "" ||
					strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && (r < ' ' || r == 0x7f) }) {
					t.Fatalf("%q = %q", name, value)
				}
				if !strings.Contains(strings.ToLower(one+two), name) {
					t.Fatalf("%q was made up", name)
				}
			}
			// What is read and written anew is read the same.
			if again := challenges(written(c)); len(again) != 1 || fmt.Sprint(again[0]) != fmt.Sprint(c) {
				t.Fatalf("%+v is read again as %+v", c, again)
			}
		}
	})
}

// written is a challenge as a server writes it.
func written(c proof.Challenge) string {
	if c.Token68 != "" {
		return c.Scheme + " " + c.Token68
	}
	var params []string
	for name, value := range c.Params {
		params = append(params, name+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`)
	}
	return strings.TrimSpace(c.Scheme + " " + strings.Join(params, ", "))
}
