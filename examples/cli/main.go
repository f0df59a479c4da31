// Command cli signs a person in if it must, says who is signed in, calls an API as them, and signs them out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"app.latchkey/signin"
)

func main() {
	issuer := flag.String("issuer", os.Getenv("LATCHKEY_ISSUER"), "the provider's `address`")
	clientID := flag.String("client-id", os.Getenv("LATCHKEY_CLIENT_ID"), "what the provider knows this program as")
	passphrase := flag.String("passphrase-file", "", "`file` whose text protects the session, where there is no "+
		"keychain")
	api := flag.String("api", "", "`address` to fetch as the person who is signed in")
	signOut := flag.Bool("signout", false, "sign out, here and at the provider")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, signin.Issuer(*issuer, *clientID), store(*passphrase), *api, *signOut); err != nil {
		fmt.Fprintln(os.Stderr, "cli:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, provider signin.Provider, store signin.Store, api string, signOut bool) error {
	client, err := signin.Open(ctx, signin.Config{
		App: signin.App{ID: "com.example.cli", Name: "Example"}, Provider: provider, Store: store,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	if signOut {
		report, err := client.SignOut(ctx, signin.Revoke)
		fmt.Println(strings.Join(append([]string{"Signed out."}, report.Lines...), " "))
		return err
	}
	account, err := client.Account(ctx)
	if errors.Is(err, signin.ErrSignedOut) {
		fmt.Fprintln(os.Stderr, "Finish the sign-in in your browser.")
		account, err = client.SignIn(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s <%s>\n", account.Name, account.Email)
	if api == "" {
		return nil
	}
	answer, err := client.HTTPClient(origin(api)).Get(api)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return fmt.Errorf("%s answered %s", origin(api), answer.Status)
	}
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}
