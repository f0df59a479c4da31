// Command service is a program without a display: a person signs it in from another device, with a code, and it calls
// an API as them until it is stopped. Its session is protected by a passphrase, since a server has no keychain.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"app.latchkey/signin"
)

func main() {
	issuer := flag.String("issuer", os.Getenv("LATCHKEY_ISSUER"), "the provider's `address`")
	clientID := flag.String("client-id", os.Getenv("LATCHKEY_CLIENT_ID"), "what the provider knows this program as")
	passphrase := flag.String("passphrase-file", "", "`file` whose text protects the session; without one it lives "+
		"in memory")
	api := flag.String("api", "", "`address` to fetch again and again")
	every := flag.Duration("every", time.Minute, "how long to wait in between")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &service{log: slog.New(slog.NewTextHandler(os.Stderr, nil)), api: *api, every: *every}
	err := s.run(ctx, signin.Config{
		App:      signin.App{ID: "com.example.service", Name: "Example service"},
		Provider: signin.Issuer(*issuer, *clientID),
		Store:    store(*passphrase), Device: show, Logger: s.log,
	})
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}

type service struct {
	log   *slog.Logger
	api   string
	every time.Duration
}

// run signs in if it must, and then works until ctx ends. When the session has ended a person must sign in again.
func (s *service) run(ctx context.Context, config signin.Config) error {
	client, err := signin.Open(ctx, config)
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		account, err := client.Account(ctx)
		if errors.Is(err, signin.ErrSignedOut) {
			account, err = client.SignIn(ctx, signin.OnAnotherDevice())
		}
		if err != nil {
			return err
		}
		fmt.Printf("working as %s\n", account.Name)
		if err := s.work(ctx, client); !errors.Is(err, signin.ErrSignedOut) {
			return err
		}
	}
}

// work fetches the API until the session or ctx has ended. A fault that may pass is logged.
func (s *service) work(ctx context.Context, client *signin.Client) error {
	if s.api == "" {
		<-ctx.Done()
		return ctx.Err()
	}
	u, err := url.Parse(s.api)
	if err != nil {
		return err
	}
	calls := client.HTTPClient(u.Scheme + "://" + u.Host)
	for {
		text, err := fetch(ctx, calls, s.api)
		switch {
		case errors.Is(err, signin.ErrSignedOut), errors.Is(err, signin.ErrOrigin):
			return err
		case err != nil:
			s.log.Warn("call failed", "err", err)
		default:
			fmt.Println(text)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.every):
		}
	}
}

func fetch(ctx context.Context, calls *http.Client, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := calls.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return answer.Status + " " + strings.TrimSpace(string(text)), err
}

// show tells the person what to do. A service prints it where its operator looks.
func show(_ context.Context, code signin.DeviceCode) error {
	fmt.Printf("open %s on another device and type %s\n", code.Address, code.Code)
	return nil
}

func store(file string) signin.Store {
	if file == "" {
		return signin.Memory()
	}
	return signin.Passphrase(func(context.Context, signin.PassphraseRequest) (string, error) {
		text, err := os.ReadFile(file)
		return strings.TrimSpace(string(text)), err
	})
}
