package provider

import (
	_ "embed"
	"slices"

	"app.latchkey/internal/datafile"
)

// Form is what a person fills in to set a provider up: what its preset cannot know,
// by the provider's own words.
type Form struct {
	Preset   string
	Title    string // as people choose it
	Console  string // where the app is registered
	Register string // where in the console the redirect address is entered; "" where none is
	Fields   []Field
}

// Field is one value of a [Form].
type Field struct {
	Key      string // of the setting
	Label    string // the provider's own word
	Where    string // where to find the value in the console
	Sample   string
	Optional bool
	Secret   bool
}

//go:embed forms.json
var formsFile []byte

var forms = datafile.JSON[[]Form](formsFile)

// Forms are the forms of all presets, the generic one last.
func Forms() []Form { return slices.Clone(forms()) }

// FormOf finds the form of a preset.
func FormOf(preset string) (Form, bool) {
	i := slices.IndexFunc(forms(), func(f Form) bool { return f.Preset == preset })
	if i < 0 {
		return Form{}, false
	}
	return forms()[i], true
}

// Has reports whether the form asks for a setting.
func (f Form) Has(key string) bool {
	return slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Key == key })
}

// FormKeys are the settings that any form asks for.
func FormKeys() []string {
	var out []string
	for _, form := range forms() {
		for _, field := range form.Fields {
			out = append(out, field.Key)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
