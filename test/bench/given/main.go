// Command given imports the libraries that latchkeyctl must use, and does nothing. It measures what their
// initialisation costs, the keychain library's connection to the session bus included.
package main

import (
	"fmt"
	_ "net/http"

	_ "github.com/99designs/keyring"
	_ "github.com/coreos/go-oidc/v3/oidc"
	_ "github.com/spf13/cobra"
	_ "golang.org/x/oauth2"
)

func main() { fmt.Println("given") }
