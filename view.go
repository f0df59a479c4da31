package main

// This file is the whole contract with JavaScript. Times are Unix milliseconds, 0
// when not known. No token, code or state ever stands in it.

// eventChanged carries a StateView to the frontend whenever something changed.
const eventChanged = "account:changed"

// Screens of the window. Which one is shown is decided in Go alone.
const (
	ScreenStarting = "starting" // nothing is known yet: nothing is drawn
	ScreenSetup    = "setup"    // no provider is set up
	ScreenSignIn   = "signin"
	ScreenWaiting  = "waiting"
	ScreenProfile  = "profile"
	ScreenProblem  = "problem"
	ScreenUnlock   = "unlock" // a passphrase is typed: to open, or to protect
)

// StateView is everything that the window shows.
type StateView struct {
	Revision uint64       `json:"revision"` // an older one is dropped
	Screen   string       `json:"screen"`
	App      AppView      `json:"app"`
	Provider string       `json:"provider"` // its name
	Waiting  *WaitingView `json:"waiting"`
	Profile  *ProfileView `json:"profile"`
	Problem  *ProblemView `json:"problem"`  // of the problem and unlock screens
	Notice   *NoticeView  `json:"notice"`   // told once, beside any screen
	Last     string       `json:"last"`     // name of the account whose session ended by itself
	Choosing bool         `json:"choosing"` // the unlock screen chooses a new passphrase
}

// AppView names the app.
type AppView struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Demo    bool   `json:"demo"`
}

// WaitingView is a sign-in under way.
type WaitingView struct {
	Since      int64  `json:"since"`
	Until      int64  `json:"until"`
	Linked     bool   `json:"linked"`     // there is an address to open or copy
	OpenFailed string `json:"openFailed"` // why the browser did not open; "" when it did
	Strays     int    `json:"strays"`     // answers that were not for this sign-in
}

// ProfileView is the signed-in person.
type ProfileView struct {
	Name          string `json:"name"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"emailVerified"`
	Picture       string `json:"picture"` // data: URL, or ""
	Initials      string `json:"initials"`
	Issuer        string `json:"issuer"`
	Subject       string `json:"subject"`
	Verified      bool   `json:"verified"` // by an ID token
	SignedInAt    int64  `json:"signedInAt"`
	RefreshedAt   int64  `json:"refreshedAt"`
	ExpiresAt     int64  `json:"expiresAt"`
	Renewable     bool   `json:"renewable"`
	Health        string `json:"health"`        // fresh, refreshing, offline
	HealthProblem string `json:"healthProblem"` // why it is not fresh
}

// ProblemView is what went wrong, in words.
type ProblemView struct {
	Code    string   `json:"code"`
	Title   string   `json:"title"`
	Message string   `json:"message"`
	Hint    string   `json:"hint"`
	Detail  string   `json:"detail"`
	Ref     string   `json:"ref"`     // stands in the log line too
	Actions []string `json:"actions"` // the first one is the main one
}

// NoticeView is something to know that stops nobody.
type NoticeView struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}
