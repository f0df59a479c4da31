// Command linked is what the packages cost that latchkeyctl is made of: it imports them, with the engines of the
// proxies, Kerberos and the TPM behind them, and does nothing.
package main

import (
	"fmt"

	_ "github.com/spf13/cobra"

	_ "app.latchkey/internal/doctor"
	_ "app.latchkey/internal/late"
	_ "app.latchkey/internal/program"
	_ "app.latchkey/internal/quiethttp"
	_ "app.latchkey/internal/rollout"
	_ "app.latchkey/internal/wire"
)

func main() { fmt.Println("linked") }
