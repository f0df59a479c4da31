package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// examples stand in the help of each command, by its path below the program.
var examples = map[string][]string{ // #nosec G101 -- words of the help
	"": {"latchkeyctl setup", "latchkeyctl signin", "latchkeyctl status --json"},
	"setup": {
		"latchkeyctl setup",
		"latchkeyctl setup --provider okta --domain acme.okta.com --client-id 0oa1b2c3d4e5f6g7h8i9",
	},
	"signin": {
		"latchkeyctl signin", "latchkeyctl signin --login-hint ada@acme.example",
		"latchkeyctl signin --device        # on a machine without a browser",
	},
	"status": {"latchkeyctl status", "latchkeyctl status --json"},
	"token":  {`curl -H "Authorization: Bearer $(latchkeyctl token)" https://api.acme.example/orders`},
	"request": {
		"latchkeyctl request https://api.acme.example/orders",
		`latchkeyctl request https://api.acme.example/orders -H "Content-Type: application/json" -d @order.json`,
	},
	"signout":         {"latchkeyctl signout", "latchkeyctl signout --all --browser"},
	"accounts":        {"latchkeyctl accounts", "latchkeyctl accounts switch grace@acme.example"},
	"accounts switch": {"latchkeyctl accounts switch grace@acme.example"},
	"accounts remove": {"latchkeyctl accounts remove grace@acme.example"},
	"reseal":          {"latchkeyctl reseal --to file", "latchkeyctl reseal --to keychain"},
	"config":          {"latchkeyctl config", "latchkeyctl config --example > config.toml"},
	"policy": {
		"latchkeyctl policy", "latchkeyctl policy --admx PolicyDefinitions",
		"latchkeyctl policy --toml policy.toml --provider okta --domain acme.okta.com --client-id 0oa1b2c3d4e5f6g7h8i9",
	},
	"doctor":                {"latchkeyctl doctor --output report.txt", "latchkeyctl doctor --fix"},
	"client-key":            {"latchkeyctl client-key --output client-key > client-key.jwk"},
	"version":               {"latchkeyctl version"},
	"demo":                  {"latchkeyctl demo", "latchkeyctl demo --auto"},
	"help":                  {"latchkeyctl help signin"},
	"completion":            {"latchkeyctl completion bash"},
	"completion bash":       {"source <(latchkeyctl completion bash)"},
	"completion zsh":        {"source <(latchkeyctl completion zsh)"},
	"completion fish":       {"latchkeyctl completion fish | source"},
	"completion powershell": {"latchkeyctl completion powershell | Out-String | Invoke-Expression"},
}

// finish gives a command and those below it what they have in common: an example, no arguments
// unless the command takes some, and suggestions for a misspelt word.
func finish(cmd *cobra.Command) {
	_, below, _ := strings.Cut(cmd.CommandPath(), " ")
	if list := examples[below]; len(list) > 0 {
		cmd.Example = "  " + strings.Join(list, "\n  ")
	}
	switch {
	case below == "help":
		cmd.Args = knownCommand
	case cmd.Args == nil, strings.HasPrefix(below, "completion"):
		cmd.Args = noArgs
	}
	if !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.SuggestionsMinimumDistance = 2
	for _, sub := range cmd.Commands() {
		finish(sub)
	}
}

// knownCommand refuses help on a command that does not exist.
func knownCommand(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) == 0 {
		return err
	}
	return noArgs(found, rest)
}

func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return &usageError{fmt.Errorf("there is no command %q%s", args[0], meant(cmd.SuggestionsFor(args[0])))}
	}
	return &usageError{fmt.Errorf("the command %s takes no argument %q", cmd.Name(), args[0])}
}

// meant asks whether one of the suggestions was meant.
func meant(suggestions []string) string {
	if len(suggestions) == 0 {
		return ""
	}
	return fmt.Sprintf(": did you mean %s?", strings.Join(suggestions, " or "))
}

// flagError says what is wrong with a flag: which one may have been meant, or what it
// takes.
func flagError(cmd *cobra.Command, err error) error {
	var none *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &bare):
		return fmt.Errorf("the flag --%s needs a value", bare.GetSpecifiedName())
	case errors.As(err, &bad) && bad.GetFlag().Value.Type() == "duration":
		return fmt.Errorf("the flag --%s takes a time such as 90s or 10m, not %q", bad.GetFlag().Name, bad.GetValue())
	case !errors.As(err, &none) || none.GetSpecifiedShortnames() != "":
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
