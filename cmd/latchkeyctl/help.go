package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// examples stand in the help of each command.
var examples = map[string]string{ // #nosec G101 -- words of the help
	"signin": "  latchkeyctl signin\n  latchkeyctl signin --login-hint ada@acme.example\n" +
		"  latchkeyctl signin --device        # on a machine without a browser",
	"status":   "  latchkeyctl status\n  latchkeyctl status --json",
	"token":    "  curl -H \"Authorization: Bearer $(latchkeyctl token)\" https://api.acme.example/orders",
	"signout":  "  latchkeyctl signout\n  latchkeyctl signout --all --browser",
	"accounts": "  latchkeyctl accounts\n  latchkeyctl accounts switch grace@acme.example",
	"reseal":   "  latchkeyctl reseal --store file",
	"config":   "  latchkeyctl config\n  latchkeyctl config --example > config.toml",
	"doctor":   "  latchkeyctl doctor\n  latchkeyctl doctor --output report.txt",
	"version":  "  latchkeyctl version",
	"demo":     "  latchkeyctl demo",
}

// meant offers what may have been meant.
func meant(suggestions []string) string {
	if len(suggestions) == 0 {
		return ""
	}
	return fmt.Sprintf(": did you mean %s?", strings.Join(suggestions, " or "))
}

// withFlagMeant adds the flag that may have been meant to an error about one that there
// is not.
func withFlagMeant(cmd *cobra.Command, err error) error {
	var none *pflag.NotExistError
	if !errors.As(err, &none) || none.GetSpecifiedShortnames() != "" {
		return err
	}
	// cobra measures the distance of names of commands; those of flags are measured alike.
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	found := names.SuggestionsFor(none.GetSpecifiedName())
	for i := range found {
		found[i] = "--" + found[i]
	}
	return fmt.Errorf("there is no flag --%s%s", none.GetSpecifiedName(), meant(found))
}
