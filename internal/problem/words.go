package problem

import (
	_ "embed"
	"strings"
	"unicode"

	"app.latchkey/internal/datafile"
)

// wordsFile has the words of each code. In its texts {provider} becomes the
// provider's name, {verify} the advice that failed checks share; {ours:…} and {code:…}
// stand for some readers alone ([settings.ForReader]).
//
//go:embed words.json
var wordsFile []byte

// verify is what to do when something that must be verified is false.
const verify = "Nothing was stored. Try again; if it stays, tell whoever runs {provider}: " +
	"either there is a fault there, or somebody is in between."

// askAdministrator is what a person does about what only an administrator can change.
const askAdministrator = "Ask your administrator; “Copy for support” has what they need."

// internal is the code of an error that the table does not know.
const internal = "internal"

// allWords are the problems of words.json, in its order.
var allWords = datafile.JSON[[]Problem](wordsFile)

// wordsOf are the words of a code.
func wordsOf(code string) Problem {
	for _, p := range allWords() {
		if p.Code == code {
			return p
		}
	}
	return wordsOf(internal)
}

// fill puts the provider's name into a text.
func fill(text, name string) string {
	text = strings.ReplaceAll(text, "{verify}", verify)
	if strings.HasPrefix(text, "{provider}") {
		text = sentence(name) + strings.TrimPrefix(text, "{provider}")
	}
	return strings.ReplaceAll(text, "{provider}", name)
}

// sentence makes a name fit to begin a sentence.
func sentence(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

// filled puts the provider's name into the words.
func filled(p Problem, providerName string) Problem {
	for _, text := range []*string{&p.Title, &p.Message, &p.Hint, &p.Admin} {
		*text = fill(*text, providerName)
	}
	return p
}
