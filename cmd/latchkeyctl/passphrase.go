package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"app.latchkey/internal/problem"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/vault"
)

// tries is how often a person may mistype.
const tries = 3

// errNoTerminal means that nobody can be asked.
var errNoTerminal = errors.New("nobody can be asked for a passphrase here: name a file with --new-passphrase-file")

// errTypedTwice means that the two differ.
var errTypedTwice = errors.New("the two passphrases are not the same")

// unlocked does f, and when the vault wants a passphrase asks the person at the
// terminal for it, or for a new one when there is nothing to open yet. A passphrase
// that the settings name is not asked for, and a wrong one there is an error.
func (c *command) unlocked(ctx context.Context, choose bool, f func() error) error {
	err := f()
	for range tries {
		if !errors.Is(err, vault.ErrPassphraseNeeded) || !isTerminal(c.stdin) {
			return err
		}
		typed, asked := c.typed(ctx, choose)
		if asked == nil {
			asked = c.parts.Vault.Unlock(ctx, typed)
		}
		switch {
		case asked == nil:
			err = f()
		case errors.Is(asked, vault.ErrWrongPassphrase), errors.Is(asked, vault.ErrWeakPassphrase):
			p := problem.From(asked, c.name)
			c.say("%s. %s %s", p.Title, p.Message, p.Hint)
		case errors.Is(asked, errTypedTwice):
			c.say("They are not the same.")
		default:
			return asked
		}
	}
	return err
}

// typed asks for a passphrase, without showing it; a new one twice.
func (c *command) typed(ctx context.Context, choose bool) (secret.Secret, error) {
	if !choose {
		return c.ask(ctx, "Passphrase of what is stored here: ")
	}
	first, err := c.ask(ctx, "Choose a passphrase to protect your sign-in: ")
	if err != nil {
		return secret.Secret{}, err
	}
	second, err := c.ask(ctx, "The same again: ")
	if err == nil && !second.Equal(first) {
		err = errTypedTwice
	}
	return first, err
}

// ask reads a line that is not shown. When ctx ends first, the terminal is as it was.
func (c *command) ask(ctx context.Context, question string) (secret.Secret, error) {
	f, ok := c.stdin.(*os.File)
	if !ok || !isTerminal(f) {
		return secret.Secret{}, errNoTerminal
	}
	_, _ = fmt.Fprint(c.stderr, question)
	restore := savedTerminal()
	text, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	if ctx.Err() != nil {
		restore()
	}
	_, _ = fmt.Fprintln(c.stderr)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("read the passphrase: %w", err)
	}
	return secret.New(string(text)), nil
}

func (c *command) reseal() *cobra.Command {
	var to, file string
	cmd := &cobra.Command{
		Use: "reseal", Short: "Seal what is stored anew, with another store or passphrase",
		Long: "reseal opens what is stored and seals it anew, and keeps the choice for the next start.\n" +
			"With --to file it takes the new passphrase from --new-passphrase-file, or asks for it at the terminal.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to != "" && to != string(vault.File) && to != string(vault.Keychain) {
				return &usageError{fmt.Errorf("--to %s is neither keychain nor file", to)}
			}
			if err := c.open(cmd, nil); err != nil {
				return err
			}
			to = cmp.Or(to, string(c.parts.Vault.Kind()))
			var passphrase secret.Secret
			if vault.Kind(to) == vault.File {
				var err error
				if passphrase, err = c.newPassphrase(cmd.Context(), file); errors.Is(err, context.Canceled) {
					return err
				} else if err != nil {
					return &usageError{err}
				}
			}
			if err := c.parts.ChangeStore(cmd.Context(), to, passphrase); err != nil {
				return err
			}
			c.say("Sealed anew: %s.", to)
			return nil
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "keychain or file; the current store when not given")
	cmd.Flags().StringVar(&file, "new-passphrase-file", "", "file with the new passphrase of the file store")
	return cmd
}

// maxSecret is the longest passphrase or client secret, in bytes, that is read from a file.
const maxSecret = 4 << 10

// readStart reads at most that many bytes of a file.
func readStart(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, most))
}

// newPassphrase reads the file, or asks.
func (c *command) newPassphrase(ctx context.Context, path string) (secret.Secret, error) {
	if path == "" {
		return c.typed(ctx, true)
	}
	text, err := await(ctx, func() ([]byte, error) { return readStart(path, maxSecret) }) // the file may be a pipe
	return secret.New(strings.TrimRight(string(text), "\r\n")), err
}
