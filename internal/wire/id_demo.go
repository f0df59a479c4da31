//go:build demo

package wire

// What this build is called.
const (
	AppName = "Latchkey Demo"
	AppID   = "latchkey-demo"
)
