package problem

import "app.latchkey/internal/session"

// Ending puts into words what the provider's part of a sign-out ended and what
// it did not.
func Ending(e session.Ending, providerName string) []string {
	if providerName == "" {
		providerName = "the provider"
	}
	tokens := map[session.EndingOutcome]string{
		session.EndingDone:        "{provider} has revoked the tokens.",
		session.EndingUnsupported: "{provider} offers no way to revoke tokens: they end by themselves.",
		session.EndingPending:     "{provider} could not be reached: the tokens are revoked as soon as it can.",
		session.EndingFailed:      "{provider} did not revoke the tokens: they end by themselves.",
		session.EndingNotAsked:    "The tokens were not revoked at {provider}: there they live until they end by themselves.",
	}
	browser := map[session.EndingOutcome]string{
		session.EndingDone:        "{provider} has confirmed the sign-out in your browser.",
		session.EndingSent:        "Your browser was sent to {provider}: the page there shows how it ended.",
		session.EndingUnsupported: "{provider} offers no way to end your browser's session.",
		session.EndingFailed:      "Your browser's session at {provider} was not ended.",
		session.EndingNotAsked:    "Your browser may still be signed in at {provider}.",
	}
	var out []string
	for _, line := range []string{tokens[e.Tokens], browser[e.Browser]} {
		if line != "" {
			out = append(out, fill(line, providerName))
		}
	}
	return out
}
