//go:build dev && !demo

package wire

// What this build is called.
const (
	AppName = "Latchkey Dev"
	AppID   = "latchkey-dev"
)
