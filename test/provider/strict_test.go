// Package provider_test plays the day of a person at npm's oidc-provider in its default
// strictness: no setting of the provider is made for the app, and none of the app for it.
package provider_test

import (
	"net/url"
	"testing"

	"app.latchkey/internal/robot"
	"app.latchkey/test/certified"
	"app.latchkey/test/story"
)

func TestMain(m *testing.M) { story.Main(m) }

func TestTheDefaultStrictness(t *testing.T) {
	issuer := certified.Start(t, "STRICT=1")
	story.Run(t, "testdata/strict.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk",
	}, pages)
}

// Tokens for further APIs by resource indicators and by exchange, over rotation.
func TestTokensForAPIs(t *testing.T) {
	issuer := certified.Start(t, "STRICT=1")
	story.Run(t, "testdata/apis.txt", map[string]string{
		"ISSUER": issuer, "LATCHKEY_ISSUER": issuer, "LATCHKEY_CLIENT_ID": "desk", "PERSON": "ada",
	}, pages)
}

// pages are oidc-provider's own development pages.
func pages(page *robot.Page, who string) (robot.Form, url.Values, bool) {
	if len(page.Forms) == 0 {
		return robot.Form{}, nil, false
	}
	form := page.Forms[0]
	switch {
	case form.Fields.Get("prompt") == "consent" && who == "nobody":
		abort := page.URL.JoinPath("abort")
		return robot.Form{Action: abort, Method: "GET"}, nil, true
	case form.Fields.Has("login"):
		return form, url.Values{"login": {who}, "password": {"any"}}, true
	case form.Fields.Has("xsrf"):
		return form, url.Values{"logout": {"yes"}}, true
	}
	return form, url.Values{"prompt": {"consent"}}, true
}
