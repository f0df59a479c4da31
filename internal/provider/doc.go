// Package provider describes one OpenID Connect provider: the value [Provider] that
// the other packages work with, what is known of well-known providers ([Preset]), how
// their issuers are written, and what their error texts mean ([AdviceFor]).
//
// It reads no file, uses no network and knows no file format. Where the values come
// from is the work of package settings.
package provider
