//go:build dev && !demo

package parts

// What this build is called, and where it looks for the developer's settings.
const (
	AppName = "Latchkey Dev"
	AppID   = "latchkey-dev"
	dotEnv  = ".env"
)
