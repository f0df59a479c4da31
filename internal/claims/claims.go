// Package claims says in plain words who a session's claims describe: initials and their tone, organization, roles,
// how the person signed in, and the table of all that the provider said.
//
// The words are for people to read. Nothing here may be used to decide what a person may do: the same claim means
// different things at different providers. A value that looks like a token is never repeated, wherever it stands.
// Every text is made fit to be shown ([cleantext.Line]), lists are cut ([Shown]), and the work grows with the size of
// the claims and no faster. The package touches neither network, disk nor keychain.
package claims

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"app.latchkey/internal/cleantext"
)

// Claims are the merged claims of a session, as JSON values.
type Claims = map[string]json.RawMessage

// Tones is how many tones initials are shown in.
const Tones = 8

// Initials are one or two letters for a person without a picture; "" for no letters at all.
func Initials(name string) string {
	words := strings.FieldsFunc(name,
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	out := ""
	for i, word := range words {
		if i == 0 || i == len(words)-1 {
			letter, _ := utf8.DecodeRuneInString(word)
			out += strings.ToUpper(string(letter))
		}
	}
	return out
}

// Tone is the same for the same person at every start: 0 to [Tones]-1.
func Tone(issuer, subject string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(issuer + "\x00" + subject))
	return int(h.Sum32() % Tones)
}

// Organization returns what the claims call the person's organization, "" when they
// do not. A name is preferred to an identifier.
func Organization(c Claims) string {
	name := first(c, "org_name", "organization_name", "tenant_name", "company",
		"urn:zitadel:iam:user:resourceowner:name")
	if name == "" {
		name = organization(c["organization"])
	}
	if name == "" {
		name = word(member(descopeTenant(c), "name"))
	}
	if name == "" {
		name = first(c, "hd", "org_id", "dct") // Google's domain; identifiers
	}
	return name
}

// first is the first of the claims that is a text with something to see.
func first(c Claims, names ...string) string {
	for _, name := range names {
		if s := word(c[name]); s != "" {
			return s
		}
	}
	return ""
}

// organization reads the claim of that name: a text, a list, an object with a name, or Keycloak's object of aliases.
func organization(raw json.RawMessage) string {
	if s := word(raw); s != "" {
		return s
	}
	if list := texts(raw); len(list) > 0 {
		return joined(words(list))
	}
	if s := word(member(raw, "name")); s != "" {
		return s
	}
	return joined(words(names(raw)))
}

// words makes each text of a list fit to be shown, and drops texts without a visible character.
func words(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = cleantext.Line(s, maxWord); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Name is who a person is called: the name, else the email address, else the subject. A name without a
// visible character counts as absent.
func Name(name, email, subject string) string {
	return cmp.Or(cleantext.Line(name, maxWord), cleantext.Line(email, maxWord), cleantext.Line(subject, maxWord),
		strconv.QuoteToASCII(subject))
}

// Roles returns the roles that the claims give the person, else the groups.
func Roles(c Claims) []string {
	var out []string
	seen := map[string]bool{}
	take := func(list []string) {
		for _, s := range words(list) {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	take(many(c["roles"]))
	take(many(c["role"]))
	take(many(member(c["realm_access"], "roles")))      // Keycloak
	take(many(member(descopeTenant(c), "roles")))       // Descope, of the tenant at hand
	take(names(c["urn:zitadel:iam:org:project:roles"])) // Zitadel
	for _, claim := range slices.Sorted(maps.Keys(c)) {
		if strings.HasSuffix(claim, "/roles") { // Auth0 demands a namespace
			take(many(c[claim]))
		}
	}
	if len(out) == 0 {
		take(many(c["groups"]))
		take(many(c["cognito:groups"]))
	}
	return out
}

// descopeTenant returns what Descope says about the tenant that was signed in to.
func descopeTenant(c Claims) json.RawMessage {
	return member(c["tenants"], text(c["dct"]))
}
