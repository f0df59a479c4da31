//go:build dev && !demo

package parts

import "github.com/joho/godotenv"

// What this build is called.
const (
	AppName = "Latchkey Dev"
	AppID   = "latchkey-dev"
)

// dotEnv names the developer's settings, in the folder that wails dev runs in.
func dotEnv() (string, func([]byte) (map[string]string, error)) {
	return ".env", godotenv.UnmarshalBytes
}
