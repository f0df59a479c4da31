//go:build demo

package program

// What this build is called.
const (
	AppName = "Latchkey Demo"
	AppID   = "latchkey-demo"
)
