// Command crowd makes the stored vault that the growth is measured with: it adds accounts like the one that is signed
// in until there are so many, and gives each so many claims.
//
//	crowd ACCOUNTS CLAIMS
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"app.latchkey/internal/program"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
)

func main() {
	if err := fill(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

func fill(ctx context.Context, accounts, claims string) error {
	most, err := strconv.Atoi(accounts)
	if err != nil {
		return err
	}
	each, err := strconv.Atoi(claims)
	if err != nil {
		return err
	}
	s, err := settings.Load(settings.Options{AppID: program.AppID, Environ: os.Environ()})
	if err != nil {
		return err
	}
	parts, err := wire.New(s, wire.Options{App: program.AppName, ID: program.AppID})
	if err != nil {
		return err
	}
	defer parts.Close()
	release, err := parts.Vault.Lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	data, err := parts.Vault.Load(ctx)
	if err != nil {
		return err
	}
	book, err := session.Decode(data)
	if err != nil {
		return err
	}
	grow(&book, most, each)
	if data, err = session.Encode(book); err != nil {
		return err
	}
	return parts.Vault.Save(ctx, data)
}

// grow adds the accounts: tokens as providers give them, 1 to 2 KiB.
func grow(b *session.Book, accounts, claims int) {
	first, _ := b.Current()
	first.Profile.Claims = map[string]json.RawMessage{"sub": json.RawMessage(`"ada"`)}
	for i := range claims - 1 {
		first.Profile.Claims[fmt.Sprintf("claim_%d", i)] = json.RawMessage(`"a value of usual length"`)
	}
	first.Tokens.ID = secret.New(strings.Repeat("i", 1500))
	b.Put(first)
	for i := range accounts - 1 {
		one := first
		one.Key.Subject = fmt.Sprintf("person-%d", i)
		one.Profile.Name = fmt.Sprintf("Person %d", i)
		one.Profile.Email = fmt.Sprintf("person-%d@acme.example", i)
		b.Put(one)
	}
}
