//go:build demo

package parts

// What this build is called.
const (
	AppName = "Latchkey Demo"
	AppID   = "latchkey-demo"
)
