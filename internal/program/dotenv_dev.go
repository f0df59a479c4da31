//go:build dev

package program

import "github.com/joho/godotenv"

// dotEnv names the developer's settings, in the folder that wails dev runs in.
func dotEnv() (string, func([]byte) (map[string]string, error)) {
	return ".env", godotenv.UnmarshalBytes
}
