package demoidp

import (
	"errors"
	"fmt"
	"os"

	"app.latchkey/internal/demoidp/cast"
)

// builtIn is how errors call the file that comes with the program.
const builtIn = "demo.toml (built in)"

// Example is the commented file that is used unless another is given.
func Example() []byte { return cast.Example }

// cast reads the file of people, and lays the lifetimes of the configuration over it.
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
	if c.AccessLifetime > 0 {
		out.Lifetimes.AccessToken = c.AccessLifetime
	}
	if c.RefreshLifetime > 0 {
		out.Lifetimes.RefreshToken = c.RefreshLifetime
	}
	return out, nil
}
