//go:build !dev

package program

// dotEnv names none: the folder in which a release is started must not choose its provider.
func dotEnv() (string, func([]byte) (map[string]string, error)) { return "", nil }
