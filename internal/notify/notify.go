// Package notify shows a notification of the desktop on Linux (Desktop Notifications Specification 1.2), and waits for
// what the person does with it.
//
// It speaks with the session's bus that the environment names, and starts none. What it is given is shown to everybody
// who sees the screen, locked or not: callers put no secret into it.
package notify

import "errors"

// ErrNoDesktop means that there is nobody who would show a notification.
var ErrNoDesktop = errors.New("notify: this desktop shows no notifications")

// Message is one notification.
type Message struct {
	App   string // the program's name, for people
	ID    string // of its desktop file, which tells the desktop whose it is; and of its icon
	Title string
	Body  string
}
