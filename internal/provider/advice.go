package provider

import (
	_ "embed"
	"strings"

	"app.latchkey/internal/datafile"
)

// Advice is what one error text of a provider means, and what mends it.
type Advice struct {
	From  string   // who says so: a provider's name, or "any"
	Texts []string // in the error's code or description; lower case
	Means string
	Do    string
	// Person says that Do is for the person who signs in; otherwise it is for whoever
	// runs the provider or rolls out the app.
	Person bool
}

// adviceFile maps the texts of providers to fixes, the special ones first. They are
// the hint of a refused sign-in, the doctor's advice, and docs/providers/errors.md.
//
//go:embed advice.json
var adviceFile []byte

var advices = datafile.JSON[[]Advice](adviceFile)

// AdviceFor finds what an error of a provider means, by its code and its
// description. A row of one provider goes before those of any.
func AdviceFor(code, description string) (Advice, bool) {
	said := strings.ToLower(code + " " + description)
	for _, a := range advices() {
		for _, text := range a.Texts {
			if strings.Contains(said, text) {
				return a, true
			}
		}
	}
	return Advice{}, false
}
