//go:build !dev

package program

// dotEnv names none: where the program is started must not choose the provider.
func dotEnv() (string, func([]byte) (map[string]string, error)) { return "", nil }
