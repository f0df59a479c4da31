//go:build !linux

package vault

// Early is a connection to the keychain that is begun before it is needed. This system needs none.
type Early struct{}

// Begin does nothing.
func Begin() *Early { return nil }

// Close does nothing.
func (e *Early) Close() {}
