// Package rollout writes what an administrator's tools take, from the table of settings alone: administrative templates
// for Group Policy and Intune, a configuration profile for macOS, policy.toml, and a JSON schema of the files of
// settings. A setting that is added to the table stands in all of them.
//
// It makes bytes; it reads nothing, writes nothing and uses no network.
package rollout

import (
	"strings"

	"github.com/pelletier/go-toml/v2"

	"app.latchkey/internal/managed"
)

// App is the program that is rolled out.
type App struct {
	Name  string        // shown to people
	ID    string        // names the files
	Names managed.Names // in the channels of the systems
}

// TOML returns a policy.toml with the values that [settings.PolicyOf] has made.
func TOML(a App, values map[string]any) ([]byte, error) {
	data, err := toml.Marshal(values)
	if err != nil {
		return nil, err
	}
	return append([]byte("# The policy of "+a.Name+
		": what stands here is locked. It belongs to the administrator, mode 644.\n"),
		data...), nil
}

// identifier makes letters, digits and _ of a text.
func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, text)
}
