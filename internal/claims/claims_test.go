package claims

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func claims(t *testing.T, text string) Claims {
	t.Helper()
	var c Claims
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "AL", "ada": "A", "": "", "Ada King Lovelace": "AL", "ada@acme.example": "AE",
		"عمر الخيّام": "عا",
		"<b>x</b>":    "BB", "張 偉": "張偉", "  ": "", "🦉": "", "Élodie d'Arc": "ÉA",
	} {
		if got := Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestTheToneIsStable(t *testing.T) {
	seen := map[int]bool{}
	for _, subject := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		tone := Tone("https://id.example", subject)
		if tone != Tone("https://id.example", subject) || tone < 0 || tone >= Tones {
			t.Errorf("%s: %d", subject, tone)
		}
		seen[tone] = true
	}
	if len(seen) < Tones-2 {
		t.Errorf("26 people have %d tones", len(seen))
	}
}

// What real providers call an organization and its roles.
func TestOrganizationAndRoles(t *testing.T) {
	for name, c := range map[string]struct{ claims, organization, roles string }{
		"nothing": {`{}`, "", ""},
		"a text": {
			`{"organization":"Acme Corp","roles":["Engineer","Admin"]}`, "Acme Corp", "Engineer,Admin",
		},
		"Auth0": {
			`{"org_id":"org_1","org_name":"acme","https://acme.example/roles":["admin"]}`, "acme", "admin",
		},
		"Keycloak": {
			`{"organization":["acme","beta"],"realm_access":{"roles":["user"]}}`, "acme, beta", "user",
		},
		"Keycloak, objects": {`{"organization":{"acme":{"id":"1"}}}`, "acme", ""},
		"Descope": {
			`{"dct":"T1","tenants":{"T1":{"name":"Acme Corp","roles":["Engineer"]},"T2":{"roles":["Other"]}}}`,
			"Acme Corp", "Engineer",
		},
		"Descope, no name": {`{"dct":"T1","tenants":{"T1":{}}}`, "T1", ""},
		"Google":           {`{"hd":"acme.example"}`, "acme.example", ""},
		"Zitadel": {
			`{"urn:zitadel:iam:user:resourceowner:name":"Acme","urn:zitadel:iam:org:project:roles":{"b":{},"a":{}}}`,
			"Acme", "a,b",
		},
		"Cognito":          {`{"cognito:groups":["g"]}`, "", "g"},
		"roles win":        {`{"roles":"r","groups":["g"]}`, "", "r"},
		"twice the same":   {`{"roles":["a","a",""],"role":"a"}`, "", "a"},
		"of a wrong shape": {`{"organization":7,"roles":{"a":1},"tenants":[],"dct":3}`, "", ""},
	} {
		got := claims(t, c.claims)
		if o := Organization(got); o != c.organization {
			t.Errorf("%s: organization %q, want %q", name, o, c.organization)
		}
		if r := strings.Join(Roles(got), ","); r != c.roles {
			t.Errorf("%s: roles %q, want %q", name, r, c.roles)
		}
	}
}

func TestHow(t *testing.T) {
	for _, c := range []struct {
		amr    []string
		claims string
		want   string
	}{
		{nil, `{}`, ""},
		{[]string{"sso"}, `{}`, "with SSO"},
		{[]string{"pwd", "otp", "mfa"}, `{}`, "with a password and a one-time code"},
		{[]string{"PWD", "sms", "fpt"}, `{}`, "with a password, a text message and a fingerprint"},
		{[]string{"mfa"}, `{}`, "with several factors"},
		{[]string{"x-unheard"}, `{}`, ""},
		{nil, `{"identity_provider":"okta"}`, "through okta"},
		{[]string{"email"}, `{"idp":"okta"}`, "with a magic link"},
	} {
		if got := How(claims(t, c.claims), c.amr); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.amr, c.claims, got, c.want)
		}
	}
}

func TestTheTable(t *testing.T) {
	rows := Table(
		claims(t,
			`{"sub":"ada","name":"Ada","iat":1773000000,"email_verified":true,"roles":["a","b"],"departmentName":"R&D",
		"https://acme.example/cost-center":42,"gone":null,"exp":"soon","empty":"","address":{"country":"UK"}}`))
	var got []string
	for _, r := range rows {
		at := ""
		if !r.At.IsZero() {
			at = r.At.UTC().Format(" 2006-01-02")
		}
		got = append(got, r.Group+": "+r.Label+" = "+r.Text+at)
	}
	want := []string{
		"You: Name = Ada", "You: Email verified = Yes", "You: Address = {\n  \"country\": \"UK\"\n}",
		"Your organization: Roles = a, b",
		"This sign-in: Your ID there = ada", "This sign-in: Issued =  2026-03-08",
		"This sign-in: ID token valid until = soon",
		"Also said by the provider: Department name = R&D", "Also said by the provider: Empty = –",
		"Also said by the provider: Cost center = 42",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// No token is shown, whichever claim a provider has put it in.
func TestNoTokenIsShown(t *testing.T) {
	token := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	c := claims(t, `{"name":"Ada","note":"it is `+token+` there","access_token":"opaque-1","deep":{"list":["`+token+
		`",{"refreshToken":"opaque-2","fine":1}]}}`)
	exported, err := Export(c)
	if err != nil {
		t.Fatal(err)
	}
	all := exported
	for _, r := range Table(c) {
		all += r.Text
	}
	for _, bad := range []string{token, "eyJzdWIi", "opaque-1", "opaque-2"} {
		if strings.Contains(all, bad) {
			t.Errorf("%s is shown in %s", bad, all)
		}
	}
	if !strings.Contains(exported, `"fine": 1`) || !strings.Contains(exported, "it is (not shown) there") {
		t.Errorf("too much is hidden: %s", exported)
	}
	if string(c["access_token"]) != `"opaque-1"` {
		t.Error("the claims themselves were changed")
	}
}

func TestAHugeClaimIsCut(t *testing.T) {
	rows := Table(claims(t, `{"bio":"`+strings.Repeat("é", 9000)+`"}`))
	if len(rows) != 1 || len(rows[0].Text) > maxText+4 || !strings.HasSuffix(rows[0].Text, "é…") {
		t.Errorf("%d bytes", len(rows[0].Text))
	}
}

func FuzzTable(f *testing.F) {
	f.Add(`{"a":1}`)
	f.Add(`{"a":{"b":[null,"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.x"]},"iat":1e300}`)
	f.Fuzz(func(t *testing.T, text string) {
		var c Claims
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		for _, r := range Table(c) {
			if jwt().MatchString(r.Text) {
				t.Errorf("a token in %q", r.Text)
			}
		}
		if _, err := Export(c); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		_, _, _ = Organization(c), Roles(c), How(c, nil)
	})
}
