package signin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"app.latchkey/signin"
	"app.latchkey/signin/signintest"
)

// ExampleOpen is a program's way in: open, ask who is signed in, sign in when nobody is.
func ExampleOpen() {
	ctx := context.Background()
	provider := signintest.NewProvider(&testing.T{}) // in a program: signin.Descope("P2…"), or another
	client, err := signin.Open(ctx, signin.Config{
		App:      signin.App{ID: "com.example.reader", Name: "Reader"},
		Provider: signin.Issuer(provider.Issuer, provider.ClientID),
		Store:    signin.Memory(),   // in a program: leave it out, and the keychain is used
		Browser:  signintest.Browse, // in a program: the person's own
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	account, err := client.Account(ctx)
	if errors.Is(err, signin.ErrSignedOut) {
		account, err = client.SignIn(ctx)
	}
	if err != nil {
		fmt.Println(err) // what happened, what it means, what to do next
		return
	}
	fmt.Println("Hello,", account.Name)
	// Output: Hello, Ada
}

// A terminal asks for the passphrase; a service reads it from where its operator keeps it.
func ExamplePassphrase() {
	store := signin.Passphrase(func(_ context.Context, r signin.PassphraseRequest) (string, error) {
		if r.Refused != nil {
			fmt.Println(r.Refused.Title)
		}
		if r.New {
			fmt.Print("Choose a passphrase: ")
		}
		var typed string
		_, err := fmt.Scanln(&typed)
		return typed, err
	})
	_ = signin.Config{Store: store}
	// Output:
}

// Errors are branched on by what helps against them.
func ExampleError() {
	_, err := signin.Open(context.Background(), signin.Config{App: signin.App{ID: "com.example.reader"}})
	var told *signin.Error
	switch {
	case errors.Is(err, signin.ErrConfig) && errors.As(err, &told):
		fmt.Println(told.Title)
		fmt.Println(told.Message)
		fmt.Println(told.Hint)
	case errors.Is(err, signin.ErrStore):
		fmt.Println("offer another store")
	}
	// Output:
	// A setting cannot be used
	// Provider is missing: see signin.Issuer.
	// Correct it in the program.
}

// A window follows the session; each state is whole, so that nothing is lost when one is missed.
func ExampleClient_Watch() {
	t := &testing.T{}
	provider := signintest.NewProvider(t)
	client := provider.Client(t)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for state := range client.Watch(ctx) {
		if state.Account == nil {
			fmt.Println(state.Phase)
			break
		}
		fmt.Println(state.Phase, state.Account.Name)
		_, _ = client.SignOut(ctx, signin.Revoke)
	}
	// Output:
	// signed_in Ada
	// signed_out
}

// The token goes to the named origin alone, renewed when it is due.
func ExampleClient_HTTPClient() {
	t := &testing.T{}
	provider := signintest.NewProvider(t)
	client := provider.Client(t)
	api := provider.API(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := provider.Person(r)
		_, _ = fmt.Fprintf(w, "orders of %s", who.Name)
	}))
	provider.Advance(time.Hour) // the token has expired meanwhile
	answer, err := client.HTTPClient(api.URL).Get(api.URL + "/orders")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(string(text), err)
	// Output:
	// orders of Ada <nil>
}
