package problem

import (
	"cmp"
	"errors"

	"app.latchkey/internal/session"
)

// Ending puts into words what the provider's part of a sign-out ended and what it
// did not.
func Ending(e session.Ending, providerName string) []string {
	providerName = cmp.Or(providerName, "your provider")
	tokens := map[session.EndingOutcome]string{
		session.EndingDone: "{provider} has ended this app's access.",
		session.EndingUnsupported: "{provider} still honours this sign-in until it expires: it has no way to end it " +
			"sooner.",
		session.EndingPending: "{provider} could not be reached. This app's access is ended as soon as it can be.",
		session.EndingFailed: "{provider} did not end this app's access. It still honours this sign-in until it " +
			"expires.",
		session.EndingNotAsked: "{provider} still honours this sign-in until it expires.",
	}
	browser := map[session.EndingOutcome]string{
		session.EndingDone:        "Your browser is signed out of {provider} too.",
		session.EndingSent:        "Your browser shows whether it is signed out of {provider} too.",
		session.EndingUnsupported: "{provider} has no way to sign your browser out.",
		session.EndingFailed:      "Your browser is still signed in at {provider}.",
		session.EndingNotAsked:    "Your browser may still be signed in at {provider}.",
	}
	if errors.Is(e.Err, session.ErrForeign) {
		tokens[session.EndingPending] = "{provider} was not asked, because this app is now set up for another " +
			"provider. " +
			"It still honours this sign-in until it expires."
	}
	return filledLines(providerName, tokens[e.Tokens], browser[e.Browser])
}

// Leaving says what the provider is asked while a sign-out goes on there.
func Leaving(browser bool, providerName string) []string {
	providerName = cmp.Or(providerName, "your provider")
	if browser {
		return filledLines(providerName, "Your browser is being signed out of {provider}…")
	}
	return filledLines(providerName, "{provider} is being told…")
}

// filledLines are the lines that say something, with the provider's name.
func filledLines(providerName string, lines ...string) []string {
	var out []string
	for _, line := range lines {
		if line != "" {
			out = append(out, fill(line, providerName))
		}
	}
	return out
}
