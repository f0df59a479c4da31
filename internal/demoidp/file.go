package demoidp

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"app.latchkey/internal/demoidp/cast"
)

// builtIn is the name of the built-in file in errors.
const builtIn = "demo.toml (built in)"

// Example is the built-in file, with its comments.
func Example() []byte { return cast.Example }

// cast reads the file of people and puts the configuration's lifetimes in.
func (c Config) cast() (*cast.Cast, error) {
	name, data := builtIn, cast.Example
	if c.File != "" {
		text, err := os.ReadFile(c.File)
		switch {
		case err == nil:
			name, data = c.File, text
		case !c.FileOptional || !errors.Is(err, os.ErrNotExist):
			return nil, fmt.Errorf("demoidp: %w", err)
		}
	}
	out, err := cast.Parse(name, data)
	if err != nil {
		return nil, err
	}
	l := &out.Lifetimes
	l.AccessToken, l.RefreshToken = cmp.Or(c.AccessLifetime, l.AccessToken), cmp.Or(c.RefreshLifetime, l.RefreshToken)
	return out, nil
}
