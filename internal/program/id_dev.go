//go:build dev && !demo

package program

// What this build is called.
const (
	AppName = "Latchkey Dev"
	AppID   = "latchkey-dev"
)
