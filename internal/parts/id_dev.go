//go:build dev && !demo

package parts

// What this build is called.
const (
	AppName = "Latchkey Dev"
	AppID   = "latchkey-dev"
)
