//go:build dev

package startenv

// development is whether this is a build for live reload, which whoever builds the
// app may look into.
const development = true
