// Package ui is the window without its window system: what JavaScript sees (the View
// types, of which [StateView] is the whole), what the window itself remembers
// ([Model]), one pure function that makes the first of the second ([Draw]), and what
// a person can do ([Window]).
//
// [Draw] has no effect: it downloads nothing, logs nothing and takes no lock. The
// methods of [Window] are the intents behind the buttons. Each returns at once, what
// takes time comes back as a [Job] for the caller to run, and every result arrives by
// the one event. The order and the revisions of what is published are those of the
// account's snapshots. No token is ever in a View.
//
// The package knows no Wails, starts no goroutine, and touches neither network, disk
// nor keychain: all of that is in [Services] and [Host], which are handed to it.
package ui
