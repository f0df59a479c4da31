package claims

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"app.latchkey/internal/cleantext"
)

// Row is one claim in plain words.
type Row struct {
	Claim string // as the provider calls it
	Label string // as people do
	Text  string // the value; "" when it is a time
	At    time.Time
	Group string // the heading that it stands under
}

// Headings of the table, in their order.
const (
	GroupPerson  = "You"
	GroupWork    = "Your organization"
	GroupSession = "This sign-in"
	GroupOther   = "Also said by the provider"
)

// maxText is how much of one value is shown; what is copied has all of it.
const maxText = 4000 // bytes

type known struct{ group, label string }

// plain are the names of the claims that are known (OIDC Core §2, §5.1), in the
// order in which they are shown.
var plain = []struct {
	claim string
	known
}{
	{"name", known{GroupPerson, "Name"}},
	{"given_name", known{GroupPerson, "First name"}},
	{"middle_name", known{GroupPerson, "Middle name"}},
	{"family_name", known{GroupPerson, "Last name"}},
	{"nickname", known{GroupPerson, "Nickname"}},
	{"preferred_username", known{GroupPerson, "User name"}},
	{"email", known{GroupPerson, "Email"}},
	{"email_verified", known{GroupPerson, "Email verified"}},
	{"phone_number", known{GroupPerson, "Phone"}},
	{"phone_number_verified", known{GroupPerson, "Phone verified"}},
	{"address", known{GroupPerson, "Address"}},
	{"birthdate", known{GroupPerson, "Birthday"}},
	{"gender", known{GroupPerson, "Gender"}},
	{"locale", known{GroupPerson, "Language"}},
	{"zoneinfo", known{GroupPerson, "Time zone"}},
	{"website", known{GroupPerson, "Website"}},
	{"profile", known{GroupPerson, "Profile page"}},
	{"picture", known{GroupPerson, "Picture"}},
	{"updated_at", known{GroupPerson, "Profile changed"}},
	{"organization", known{GroupWork, "Organization"}},
	{"org_name", known{GroupWork, "Organization"}},
	{"org_id", known{GroupWork, "Organization ID"}},
	{"hd", known{GroupWork, "Domain"}},
	{"tid", known{GroupWork, "Tenant ID"}},
	{"dct", known{GroupWork, "Current tenant"}},
	{"tenants", known{GroupWork, "Tenants"}},
	{"roles", known{GroupWork, "Roles"}},
	{"role", known{GroupWork, "Role"}},
	{"groups", known{GroupWork, "Groups"}},
	{"permissions", known{GroupWork, "Permissions"}},
	{"iss", known{GroupSession, "Issued by"}},
	{"sub", known{GroupSession, "Your ID there"}},
	{"aud", known{GroupSession, "Issued for"}},
	{"azp", known{GroupSession, "Requested by"}},
	{"auth_time", known{GroupSession, "Signed in at the provider"}},
	{"iat", known{GroupSession, "Issued"}},
	{"nbf", known{GroupSession, "Valid from"}},
	{"exp", known{GroupSession, "ID token valid until"}},
	{"amr", known{GroupSession, "How you signed in"}},
	{"acr", known{GroupSession, "Strength of the sign-in"}},
	{"sid", known{GroupSession, "Session ID"}},
	{"jti", known{GroupSession, "Token ID"}},
	{"nonce", known{GroupSession, "Number of this sign-in"}}, {"at_hash", known{GroupSession, "Check value"}},
}

// dates are the claims that are a NumericDate (RFC 7519 §2).
var dates = []string{"updated_at", "auth_time", "iat", "nbf", "exp"}

// maxRows is how many claims without a known name are shown.
const maxRows = 200

// Table returns the claims, the known ones first. Of the others the first maxRows are
// shown, with a row that says how many more there are.
func Table(c Claims) []Row {
	var out []Row
	known := map[string]bool{}
	for _, p := range plain {
		raw, ok := c[p.claim]
		if !ok || string(raw) == "null" {
			continue
		}
		known[p.claim] = true
		row := Row{Claim: p.claim, Label: p.label, Group: p.group}
		if at := date(raw); slices.Contains(dates, p.claim) && !at.IsZero() {
			row.At = at
		} else {
			row.Text = shown(p.claim, raw)
		}
		out = append(out, row)
	}
	others := 0
	for _, claim := range slices.Sorted(keys(c)) {
		if known[claim] || string(c[claim]) == "null" {
			continue
		}
		if others++; others <= maxRows {
			out = append(out,
				Row{
					Claim: cleantext.Line(claim, maxWord), Label: cleantext.Line(label(claim), maxWord),
					Text: shown(claim, c[claim]), Group: GroupOther,
				})
		}
	}
	if others > maxRows {
		out = append(out,
			Row{
				Claim: "…", Label: "Not shown",
				Text:  fmt.Sprintf("and %s more; what is copied has all of them", thousands(others-maxRows)),
				Group: GroupOther,
			})
	}
	slices.SortStableFunc(out, func(a, b Row) int { return order(a.Group) - order(b.Group) })
	return out
}

func order(group string) int {
	return slices.Index([]string{GroupPerson, GroupWork, GroupSession, GroupOther}, group)
}

// label makes words of a claim's name: department_name and departmentName are
// "Department name", https://acme.example/cost-center is "Cost center".
func label(claim string) string {
	name := claim
	if i := strings.LastIndexAny(strings.TrimRight(name, "/:"), "/:"); i >= 0 {
		name = name[i+1:]
	}
	var words strings.Builder
	var before rune
	for _, r := range name {
		switch {
		case r == '_' || r == '-' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			words.WriteRune(' ')
			r = unicode.ToLower(r)
		}
		if words.Len() == 0 {
			r = unicode.ToUpper(r)
		}
		words.WriteRune(r)
		before = r
	}
	if s := strings.TrimSpace(words.String()); s != "" {
		return s
	}
	return claim
}

// shown is a value as text: lists by commas, objects as JSON.
func shown(claim string, raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	var flag bool
	out := ""
	switch {
	case hidden().MatchString(claim):
		out = mask
	case text(raw) != "":
		out = jwt().ReplaceAllString(text(raw), mask)
	case json.Unmarshal(raw, &flag) == nil:
		out = map[bool]string{true: "Yes", false: "No"}[flag]
	case string(raw) == `""` || string(raw) == "[]" || string(raw) == "{}":
		out = "–"
	default:
		out = listed(texts(raw))
		if out == "" {
			out = string(rewritten(raw, maxText+1))
		}
	}
	if len(out) > maxText {
		out = strings.ToValidUTF8(out[:maxText], "") + "…"
	}
	return cleantext.Text(out)
}

// listed is a list of texts, cut; "" for none.
func listed(list []string) string {
	list = Shown(list)
	for i, s := range list {
		list[i] = cleantext.Line(jwt().ReplaceAllString(s, mask), maxWord)
	}
	return strings.Join(list, ", ")
}

// Export returns all claims as indented JSON, tokens masked.
func Export(c Claims) (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return string(cleantext.JSON(rewritten(raw, math.MaxInt))), nil
}

var (
	jwt = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*`)
	})
	hidden = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(
			`(?i)^(access_?token|refresh_?token|id_?token|token|client_?secret|password|passwd|secret)$`)
	})
)

const mask = "(not shown)"
