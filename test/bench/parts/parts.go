// Package parts imports the packages of latchkeyctl, with the libraries for proxies, Kerberos and the TPM, and does
// nothing. It measures what their initialisation costs.
package parts

import (
	_ "github.com/spf13/cobra"

	_ "app.latchkey/internal/doctor"
	_ "app.latchkey/internal/late"
	_ "app.latchkey/internal/program"
	_ "app.latchkey/internal/quiethttp"
	_ "app.latchkey/internal/rollout"
	_ "app.latchkey/internal/wire"
)
