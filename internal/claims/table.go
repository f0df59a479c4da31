package claims

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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

// plain are the names of the claims that are known (OIDC Core §2, §5.1), in the order in which they are shown.
var plain = []struct{ claim, group, label string }{
	{"name", GroupPerson, "Name"},
	{"given_name", GroupPerson, "First name"},
	{"middle_name", GroupPerson, "Middle name"},
	{"family_name", GroupPerson, "Last name"},
	{"nickname", GroupPerson, "Nickname"},
	{"preferred_username", GroupPerson, "User name"},
	{"email", GroupPerson, "Email"},
	{"email_verified", GroupPerson, "Email verified"},
	{"phone_number", GroupPerson, "Phone"},
	{"phone_number_verified", GroupPerson, "Phone verified"},
	{"address", GroupPerson, "Address"},
	{"birthdate", GroupPerson, "Birthday"},
	{"gender", GroupPerson, "Gender"},
	{"locale", GroupPerson, "Language"},
	{"zoneinfo", GroupPerson, "Time zone"},
	{"website", GroupPerson, "Website"},
	{"profile", GroupPerson, "Profile page"},
	{"picture", GroupPerson, "Picture"},
	{"updated_at", GroupPerson, "Profile changed"},
	{"organization", GroupWork, "Organization"},
	{"org_name", GroupWork, "Organization"},
	{"org_id", GroupWork, "Organization ID"},
	{"hd", GroupWork, "Domain"},
	{"tid", GroupWork, "Tenant ID"},
	{"dct", GroupWork, "Current tenant"},
	{"tenants", GroupWork, "Tenants"},
	{"roles", GroupWork, "Roles"},
	{"role", GroupWork, "Role"},
	{"groups", GroupWork, "Groups"},
	{"permissions", GroupWork, "Permissions"},
	{"iss", GroupSession, "Issued by"},
	{"sub", GroupSession, "Your ID there"},
	{"aud", GroupSession, "Issued for"},
	{"azp", GroupSession, "Requested by"},
	{"auth_time", GroupSession, "Signed in at the provider"},
	{"iat", GroupSession, "Issued"},
	{"nbf", GroupSession, "Valid from"},
	{"exp", GroupSession, "ID token valid until"},
	{"amr", GroupSession, "How you signed in"},
	{"acr", GroupSession, "Strength of the sign-in"},
	{"sid", GroupSession, "Session ID"},
	{"jti", GroupSession, "Token ID"},
	{"nonce", GroupSession, "Number of this sign-in"}, {"at_hash", GroupSession, "Check value"},
}

// dates are the claims that are a NumericDate (RFC 7519 §2).
var dates = []string{"updated_at", "auth_time", "iat", "nbf", "exp"}

// maxRows is how many claims without a known name are shown.
const maxRows = 200

// Table returns the claims, the known ones first. Of the others the first [maxRows] are
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
	for _, claim := range slices.Sorted(maps.Keys(c)) {
		if known[claim] || string(c[claim]) == "null" {
			continue
		}
		if others++; others <= maxRows {
			out = append(out, Row{
				Claim: cleantext.Line(claim, maxWord), Label: cleantext.Line(label(claim), maxWord),
				Text: shown(claim, c[claim]), Group: GroupOther,
			})
		}
	}
	if others > maxRows {
		more := fmt.Sprintf("and %s more; what is copied has all of them", thousands(others-maxRows))
		out = append(out, Row{Claim: "…", Label: "Not shown", Text: more, Group: GroupOther})
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
	return cmp.Or(strings.TrimSpace(words.String()), claim)
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
