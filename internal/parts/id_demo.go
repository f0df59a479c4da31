//go:build demo

package parts

// What this build is called.
const (
	AppName = "Latchkey Demo"
	AppID   = "latchkey-demo"
)

// dotEnv names none: where the program is started must not choose the provider.
func dotEnv() (string, func([]byte) (map[string]string, error)) { return "", nil }
