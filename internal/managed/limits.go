//go:build windows || darwin

package managed

// maxSize is the largest plist, and the largest value in the registry, that is read. In bytes.
const maxSize = 64 << 10

// maxValues is how many values are read of one place.
const maxValues = 1000
