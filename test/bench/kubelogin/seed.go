// Command seed puts an ID token into kubelogin's plain cache, by kubelogin's own
// code, so that get-token finds it.
//
//	seed FOLDER ISSUER CLIENT-ID ID-TOKEN
package main

import (
	"fmt"
	"os"

	"github.com/int128/kubelogin/pkg/oidc"
	"github.com/int128/kubelogin/pkg/tokencache"
	"github.com/int128/kubelogin/pkg/tokencache/repository"
)

func main() {
	key := tokencache.Key{IssuerURL: os.Args[2], ClientID: os.Args[3]}
	if err := new(repository.Repository).Save(os.Args[1], key, oidc.TokenSet{IDToken: os.Args[4]}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
