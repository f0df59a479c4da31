package provider

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Texts as the providers write them, each with the words that must come of it.
func TestAdvice(t *testing.T) {
	for said, want := range map[[2]string]string{
		{
			"invalid_request", "AADSTS50011: The redirect URI 'http://127.0.0.1:1/callback' specified in the request " +
				"does not match",
		}: "Mobile and desktop applications",
		{
			"unauthorized_client", "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.",
		}: "Application (client) ID",
		{
			"invalid_client",
			"AADSTS7000218: The request body must contain the following parameter: 'client_assertion'",
		}: "Allow public client flows",
		{
			"consent_required", "AADSTS65001: The user or administrator has not consented",
		}: "Grant admin consent",
		{
			"access_denied", "User is not assigned to the client application.",
		}: "Assignments",
		{
			"access_denied", "Policy evaluation failed for this request, please check the policy configurations.",
		}: "Access Policies",
		{
			"redirect_uri_mismatch", "",
		}: "Register the redirect address",
		{
			"invalid_request", "Invalid parameter: redirect_uri",
		}: "Valid redirect URIs",
		{
			"", "An error was encountered with the requested page. redirect_mismatch",
		}: "Allowed callback URLs",
		{
			"invalid_request", "The requested redirect_uri is missing in the client configuration.",
		}: "Redirect settings",
		{
			"invalid_request", "client_secret is missing.",
		}: "Set client_secret",
		{
			"unauthorized_client", "Callback URL mismatch. The provided redirect_uri is not in the list of allowed " +
				"callback URLs",
		}: "Allowed Callback URLs",
		{"unauthorized_client", "Grant type 'refresh_token' not allowed for the client."}: "Grant Types",
		{"invalid_client", ""}:                           "Compare client_id",
		{"unauthorized_client", ""}:                      "native (public) client",
		{"access_denied", ""}:                            "assigned to the app",
		{"invalid_scope", ""}:                            "offline_access",
		{"device_flow_disabled", ""}:                     "Enable Device Flow",
		{"invalid_grant", "PKCE code_verifier is wrong"}: "S256",
		{"invalid_grant", ""}:                            "clock",
		{"server_error", ""}:                             "status page",
	} {
		a, ok := AdviceFor(said[0], said[1])
		if !ok || !strings.Contains(a.Do, want) {
			t.Errorf("%q: %+v, want %q", said, a, want)
		}
	}
	if a, ok := AdviceFor("something_else", "nobody knows"); ok {
		t.Errorf("made up: %+v", a)
	}
}

// Every text leads to its own row: no row above it matches first.
func TestEveryAdviceIsReached(t *testing.T) {
	for i, row := range advices() {
		if row.From == "" || row.Means == "" || row.Do == "" {
			t.Errorf("row %d is not whole", i)
		}
		for _, text := range row.Texts {
			if a, _ := AdviceFor("", text); a.Do != row.Do || text != strings.ToLower(text) {
				t.Errorf("%q (%s) leads to %q", text, row.From, a.Do)
			}
		}
	}
}

var update = flag.Bool("update", false, "write the page that is made of the advice table anew")

// docs/providers/errors.md is up to date with the table.
func TestThePageOfErrorsIsTheTable(t *testing.T) {
	const path = "../../docs/providers/errors.md"
	const from, to = "<!-- made of internal/provider/advice.json -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has lost its marks", path)
	}
	want := before + from + "\n" + adviceTable() + "\n" + to + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("%s is not what the table says: go test ./internal/provider -update", path)
	}
}

// forOurs finds the parts of advice that differ by reader: the page is for those who run Latchkey's own programs.
var forOurs = regexp.MustCompile(`\{ours:([^}]*)\}|\{code:[^}]*\}`)

// adviceTable is docs/providers/errors.md's table, in Markdown.
func adviceTable() string {
	var b strings.Builder
	b.WriteString("| From | The error says | It means | Do |\n|---|---|---|---|\n")
	for _, a := range advices() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", a.From, strings.Join(a.Texts, "`, `"), a.Means, a.Do)
	}
	return forOurs.ReplaceAllString(b.String(), "$1")
}
