package openid

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// settingsMaxAge is max_age where the settings' extra parameters ask for it: the answer is checked even when the
// settings, not the caller, asked for it.
func (c *Client) settingsMaxAge() *time.Duration {
	n, err := strconv.ParseUint(c.p.AuthParams["max_age"], 10, 31)
	if err != nil {
		return nil
	}
	return new(time.Duration(n) * time.Second)
}

// random returns 256 bits from the system's source, in base64url.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the program is ended instead (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// authorizationParams are the parameters of the authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1). S256 is
// sent whatever the provider lists.
func (c *Client) authorizationParams(a attempt) url.Values {
	v := url.Values{
		"response_type":         {"code"},
		"client_id":             {c.p.ClientID},
		"redirect_uri":          {a.redirect},
		"scope":                 {strings.Join(a.scopes, " ")},
		"state":                 {a.state},
		"code_challenge":        {oauth2.S256ChallengeFromVerifier(a.verifier)},
		"code_challenge_method": {"S256"},
	}
	if !c.p.NoIDToken {
		v.Set("nonce", a.nonce)
	}
	if jkt := a.bind.thumbprint(); jkt != "" { // RFC 9449 §10: a code that is stolen is of no use to another key
		v.Set("dpop_jkt", jkt)
	}
	if a.prompt != "" {
		v.Set("prompt", a.prompt)
	}
	if hint := cmp.Or(a.req.LoginHint, c.p.LoginHint); hint != "" {
		for _, name := range strings.Fields(c.p.LoginHintParam) { // what it does not know it ignores (RFC 6749 §3.1)
			v.Set(name, hint)
		}
	}
	c.addOwn(v, a) // before the demands, which no setting replaces
	if a.req.MaxAge != nil {
		v.Set("max_age", strconv.FormatInt(int64(*a.req.MaxAge/time.Second), 10))
	}
	if acr := slices.Concat(a.req.ACRValues, c.p.RequiredACR); len(acr) > 0 {
		v.Set("acr_values", strings.Join(acr, " "))
	}
	return v
}

// addOwn adds the organization, the resources, and the parameters of the settings, such as Auth0's audience. A setting
// never replaces a parameter that protects the flow; attempt.prompt has what it says of prompt.
func (c *Client) addOwn(v url.Values, a attempt) {
	if a.req.Organization != "" && c.p.OrganizationParam != "" {
		v.Set(c.p.OrganizationParam, a.req.Organization)
	}
	if resources := c.resources(); len(resources) > 0 {
		v["resource"] = resources
	}
	for name, value := range c.p.AuthParams {
		if !v.Has(name) && name != "prompt" {
			v.Set(name, value)
		}
	}
}
