package main

import "context"

// window is what the app asks of the runtime.
type window struct {
	emit       func(StateView)
	title      func(string)
	front      func()
	copy       func(string) error
	appearance func(string)    // of what the system draws around the page
	remember   func(dark bool) // size, place and theme
}

// opened tells that it is known what to show. A window in the background comes up
// when there is something for the person to do.
func (a *App) opened(signedIn bool) {
	a.known.Do(func() {
		close(a.restored)
		if a.hidden && !signedIn {
			a.window.front()
		}
	})
	a.publish()
}

// Remember keeps size, place and theme of the window for the next start.
func (a *App) Remember(dark bool) (err error) {
	defer a.guard("Remember", &err)
	a.mu.Lock()
	a.dark = dark
	a.mu.Unlock()
	a.window.remember(dark)
	return nil
}

// closing remembers the window while it is still there. It never keeps it open.
func (a *App) closing(context.Context) (prevent bool) {
	a.mu.Lock()
	dark := a.dark
	a.mu.Unlock()
	a.window.remember(dark)
	return false
}
