// Command plain is the sign-in that latchkeyctl's is measured against: what the
// manuals of golang.org/x/oauth2 and go-oidc show, over a loopback redirect with
// PKCE, with the ID token verified and userinfo fetched. It stores nothing, handles
// no fault, and is no example. With the build tag durable it is the floor of latchkeyctl's: it does what durable.go
// adds, and nothing else.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	if err := signIn(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func signIn(ctx context.Context, issuer, clientID, browser string) error {
	ready := prepare()
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	conf := oauth2.Config{
		ClientID: clientID, Endpoint: provider.Endpoint(), RedirectURL: "http://" + listener.Addr().String() +
			"/callback",
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	codes := make(chan string, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" && r.FormValue("state") == state && own(r) {
			codes <- r.FormValue("code")
		}
		_, _ = fmt.Fprintln(w, "You can close this tab.")
	})}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	store, err := ready()
	if err != nil {
		return err
	}
	if err := exec.Command(browser,
		conf.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))).Start(); err != nil {
		return err
	}
	token, err := conf.Exchange(ctx, <-codes, oauth2.VerifierOption(verifier))
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw)
	if err != nil {
		return err
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if id.Nonce != nonce || info.Subject != id.Subject {
		return fmt.Errorf("another nonce or subject")
	}
	if err := store(token, id, info); err != nil {
		return err
	}
	fmt.Println(info.Email)
	return nil
}
