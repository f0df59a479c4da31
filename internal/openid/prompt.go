package openid

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"app.latchkey/internal/session"
)

const (
	offlineAccess = "offline_access"
	selectAccount = "select_account" // asks which account is meant (OIDC Core §3.1.2.1)
	consent       = "consent"
)

// Learned is what sign-ins before have shown of a provider for this client. It has no secret.
type Learned struct {
	// Consent is "needed" when prompt=consent brought the refresh token that did not come without it, and "useless"
	// when it did not, or was refused; "" when nobody knows.
	Consent string `json:"consent,omitempty"`
	// Another is the prompt by which another account can be chosen where the first one was refused: "login", or "none"
	// for no prompt at all; "" when nobody knows.
	Another string `json:"another_account,omitempty"`
}

// What [Learned] says.
const (
	consentNeeded  = "needed"
	consentUseless = "useless"
	noPrompt       = "none"
)

// prompting is which prompt an authorization request has. A value is sent only where it is known to be understood;
// refused, it gives way to the next weaker one.
type prompting struct {
	ways     []string // for the account, from the strongest to the weakest
	consent  bool
	settings []string // of the settings' own prompt parameter
}

// prompting begins with what is known of the provider.
func (c *Client) prompting(m Metadata, req session.SignInRequest, scopes []string, known Learned) prompting {
	p := prompting{ways: []string{req.Prompt}, settings: strings.Fields(c.p.AuthParams["prompt"])}
	switch req.Prompt {
	case "none":
		return prompting{ways: p.ways}
	case selectAccount:
		p.ways = c.anotherAccount(m, known)
	case "login":
		p.ways = []string{"login", ""}
	}
	offline := slices.Contains(scopes, offlineAccess)
	p.consent = offline && (c.p.Consent == "always" || c.p.Consent == "auto" && known.Consent == consentNeeded)
	return p
}

// anotherAccount returns the ways to another account, from the strongest that this provider is known to understand.
func (c *Client) anotherAccount(m Metadata, known Learned) []string {
	ways := []string{selectAccount, "login", ""}
	lists := func(value string) bool { return slices.Contains(m.PromptValues, value) }
	switch {
	case known.Another == "login":
		return ways[1:]
	case known.Another == noPrompt:
		return ways[2:]
	case lists(selectAccount) || c.p.SelectAccount && len(m.PromptValues) == 0:
		return ways
	case lists("login") || len(m.PromptValues) == 0:
		return ways[1:]
	}
	return ways[2:]
}

// value is the prompt parameter; "" sends none.
func (p prompting) value() string {
	values := strings.Fields(p.ways[0])
	if !slices.Contains(values, "none") {
		for _, v := range p.settings {
			if v != "none" || len(values) == 0 && !p.consent {
				values = append(values, v)
			}
		}
		if p.consent {
			values = append(values, consent)
		}
	}
	slices.SortStableFunc(values, func(a, b string) int { return strings.Compare(b, a) })
	return strings.Join(slices.Compact(values), " ")
}

// weaker returns the next weaker prompt after the provider has refused this one; false when the refusal was not of a
// prompt, or there is none.
func (p prompting) weaker(err error) (prompting, bool) {
	answer, ok := errors.AsType[*AnswerError](err)
	if !ok || errors.Is(answer.Kind, ErrTokenEndpoint) || p.value() == "" {
		return p, false
	}
	words := strings.ToLower(answer.Code + " " + answer.Description)
	refused := answer.Code == "invalid_request" || errors.Is(answer.Kind, ErrAnswer) &&
		strings.Contains(words, "prompt")
	switch {
	case !refused:
		return p, false
	case p.consent && (len(p.ways) < 2 || strings.Contains(words, consent)):
		p.consent = false
	case len(p.ways) > 1:
		p.ways = p.ways[1:]
	default:
		return p, false
	}
	return p, true
}

// learned is what a prompt that was taken has shown.
func (p prompting) learned(known Learned, req session.SignInRequest, began prompting) Learned {
	if req.Prompt == selectAccount && len(p.ways) < len(began.ways) {
		known.Another = cmp.Or(p.ways[0], noPrompt)
	}
	if began.consent && !p.consent {
		known.Consent = consentUseless
	}
	return known
}

// missesRefresh reports whether a session lacks the refresh token that was asked for, in a way that asking for
// consent may mend (OIDC Core §11): the provider lists offline_access, and nobody knows yet that consent does not
// help.
func (c *Client) missesRefresh(m Metadata, scopes []string, s session.Session, p prompting, known Learned) bool {
	understood := len(m.PromptValues) == 0 || slices.Contains(m.PromptValues, consent)
	sent := p.consent || slices.Contains(p.settings, consent) || strings.Contains(p.ways[0], consent) ||
		p.ways[0] == "none"
	return c.p.Consent == "auto" && s.Tokens.Refresh.IsZero() && !sent && understood &&
		known.Consent != consentUseless &&
		slices.Contains(scopes, offlineAccess) && slices.Contains(m.ScopesSupported, offlineAccess)
}
