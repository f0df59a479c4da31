// Command given is the floor of what latchkeyctl is given: it imports these libraries and does nothing. They are
// initialised, and the keychain library connects to the session's bus.
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
