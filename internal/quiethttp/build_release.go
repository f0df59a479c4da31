//go:build !dev

package quiethttp

// development is whether this is a build for live reload, where whoever builds the app may look at headers.
const development = false
