package signin

import (
	"context"

	"app.latchkey/internal/settings"
)

// API is an API of yours that gets access tokens of its own: beside the session's token, which the provider gives at
// the sign-in, another one whose audience is this API alone. [Client.HTTPClient] sends it to the API's origins.
type API struct {
	// Name is what the program calls the API: letters, digits and . _ ~ -, at most 64.
	Name string
	// Origins are where its token may be sent, each scheme, host and port such as "https://orders.example.com"; http is
	// taken for this machine alone. No two APIs have one in common.
	Origins []string
	// Resource is the API's identifier, an absolute URI (RFC 8707 §2). Empty sends none.
	Resource string
	// Audience is the provider's name for the API, where that is no resource (RFC 8693 §2.1). A token that is a JWT
	// must name Resource or Audience in aud; another one is refused.
	Audience string
	// Scopes are asked for with the token.
	Scopes []string
	// Way is how the provider is asked: "resource" (RFC 8707), "audience" (Auth0), "scope" (Entra, Okta) or "exchange"
	// (RFC 8693). Empty is the preset's way, else what the other fields allow.
	Way string
}

// apisText are the APIs as a setting.
func apisText(all []API) string {
	out := make([]settings.API, 0, len(all))
	for _, a := range all {
		out = append(out, settings.API(a))
	}
	return settings.APIsText(out)
}

// APIToken returns the active account's access token for the API of that name in [Config.APIs], or in the settings.
// It is asked for when it is first needed, kept with the session and replaced when that is due. Errors are those of
// [Client.Token]; besides it matches [ErrRefused] when the provider gives no token for the API, [ErrUnverified] when
// the token is one for another audience, and [ErrConfig] when there is no API of that name. None of these ends the
// session.
func (c *Client) APIToken(ctx context.Context, name string) (Token, error) {
	return do(ctx, c, func(ctx context.Context) (Token, error) {
		t, err := c.manager().APIToken(ctx, name)
		return tokenOf(t), err
	})
}
