//go:build !demo && !dev

package program

// What this build is called. Demo and development builds have names of their own,
// so that they never touch an installed Latchkey's folders, vault and keychain.
const (
	AppName = "Latchkey"
	AppID   = "latchkey"
)
