package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/wire"
)

func (c *command) clientKey() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "client-key", Short: "Make a key in this computer's hardware, with which the app proves who it is",
		Long: "client-key makes a key for a provider that demands private_key_jwt: in the TPM or the Secure\n" +
			"Enclave, or where the setting dpop_key says. It writes what opens the key into a file for the\n" +
			"setting client_key_file, and prints the public half as a JWK, to be registered with the provider.\n" +
			"The file is of no use on another computer when the key is in hardware.",
		RunE: func(*cobra.Command, []string) error {
			if output == "" {
				return &usageError{errors.New("--output is missing: the file to write")}
			}
			s, err := c.settings()
			if err != nil {
				return &usageError{err}
			}
			c.started = true
			key, err := wire.Keys(s).New()
			if err != nil {
				return err
			}
			defer func() { _ = key.Close() }()
			return c.keepClientKey(key, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write; it must not exist yet")
	return cmd
}

// keepClientKey writes what opens the key, and prints its public half.
func (c *command) keepClientKey(key *proof.Key, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the person names it
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprintln(file, key.Blob().Reveal())
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	jwk := key.JWK()
	jwk.KeyID, jwk.Use, jwk.Algorithm = key.Thumbprint(), "sig", string(jose.ES256)
	c.say("The key is in: %s. Register this JWK, then set client_key_file and client_key_id.", key.Place().Name())
	return c.object(jwk)
}
