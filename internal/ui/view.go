package ui

// This file is the whole contract with JavaScript. Times are Unix milliseconds, 0
// when not known. No token, state or verifier ever stands in it; the one code in it
// is the user code of another device, which is there to be read out (RFC 8628 §3.3).

// EventChanged carries a [StateView] to the frontend whenever something changed.
const EventChanged = "account:changed"

// Screens of the window. Which one is shown is decided in Go alone.
const (
	ScreenStarting = "starting" // nothing is known yet: nothing is drawn
	ScreenSetup    = "setup"    // a provider is set up, the first one or another
	ScreenSignIn   = "signin"
	ScreenWaiting  = "waiting"
	ScreenDevice   = "device" // waiting too, for a sign-in on another device
	ScreenProfile  = "profile"
	ScreenDetails  = "details" // the claims of the signed-in person
	ScreenSettings = "settings"
	ScreenCheck    = "check" // the doctor's report
	ScreenAbout    = "about"
	ScreenProblem  = "problem"
	ScreenUnlock   = "unlock" // a passphrase is typed: to open, or to protect
)

// StateView is everything that the window shows.
type StateView struct {
	Revision uint64        `json:"revision"` // an older one is dropped
	Screen   string        `json:"screen"`
	App      AppView       `json:"app"`
	Provider ProviderView  `json:"provider"`
	Waiting  *WaitingView  `json:"waiting"` // of the waiting and device screens
	Device   *DeviceView   `json:"device"`
	Profile  *ProfileView  `json:"profile"`
	Accounts []AccountView `json:"accounts"` // all that are kept here, the active one first
	Details  *DetailsView  `json:"details"`
	Settings *SettingsView `json:"settings"`
	Check    *CheckView    `json:"check"`
	About    *AboutView    `json:"about"`
	Setup    *SetupView    `json:"setup"`
	Problem  *ProblemView  `json:"problem"`           // of the problem and unlock screens
	Notice   *NoticeView   `json:"notice"`            // told once, beside any screen
	Typed    string        `json:"typed,omitempty"`   // what the person typed at the last sign-in, to be offered again
	Leaving  *LeavingView  `json:"leaving,omitempty"` // the person is asked how far a sign-out goes
	Choosing bool          `json:"choosing"`          // the unlock screen chooses a new passphrase
}

// AppView names the app.
type AppView struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Demo       bool   `json:"demo"`
	Appearance string `json:"appearance"` // system, light, dark
}

// ProviderView is the provider as people see it.
type ProviderView struct {
	Name       string `json:"name"`
	Mark       string `json:"mark"`       // one letter; "" for a key
	Device     bool   `json:"device"`     // offers a sign-in on another device, or may
	EndSession bool   `json:"endSession"` // can end the browser's session, or may
	Revocation bool   `json:"revocation"` // can revoke tokens, or may
}

// WaitingView is a sign-in under way.
type WaitingView struct {
	Since      int64  `json:"since"`
	Until      int64  `json:"until"`
	Linked     bool   `json:"linked"`     // there is an address to open or copy
	OpenFailed string `json:"openFailed"` // why the browser did not open; "" when it did
	Again      string `json:"again"`      // why the person is asked once more: "consent", "prompt", or ""
	Strays     int    `json:"strays"`     // answers that were not for this sign-in
	Stray      string `json:"stray"`      // words about the last one, where they are more than that it came
	SignedIn   bool   `json:"signedIn"`   // another account is being added
}

// DeviceView is a sign-in on another device (RFC 8628).
type DeviceView struct {
	Code    string `json:"code"`    // as the person types it
	Address string `json:"address"` // where, as one reads it out
	QR      string `json:"qr"`      // data: URL of a PNG, of the complete address
	Expires int64  `json:"expires"`
}

// ProfileView is the signed-in person.
type ProfileView struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"emailVerified"`
	Picture       string   `json:"picture"` // data: URL, or ""
	Initials      string   `json:"initials"`
	Tone          int      `json:"tone"` // of the initials, 0 to 7; the same for the same person
	Organization  string   `json:"organization"`
	Roles         []string `json:"roles"`
	How           string   `json:"how"`      // "with SSO", where the provider says it
	Verified      bool     `json:"verified"` // by an ID token
	SignedInAt    int64    `json:"signedInAt"`
	RefreshedAt   int64    `json:"refreshedAt"`
	ExpiresAt     int64    `json:"expiresAt"`
	Renewable     bool     `json:"renewable"`
	Health        string   `json:"health"`        // fresh, refreshing, offline
	HealthProblem string   `json:"healthProblem"` // why it is not fresh
	EndsAt        int64    `json:"endsAt"`        // when the session ends at the latest; 0 when nothing limits it
	IdleMinutes   int      `json:"idleMinutes"`   // after which it ends when nobody uses it; 0 when it does not

	Provider ProviderView `json:"provider"` // the session's own, whatever the settings name
	Foreign  bool         `json:"foreign"`  // the settings name another provider or client
	TiedTo   string       `json:"tiedTo"`   // the key that the session is bound to, in words; "" for none
}

// AccountView is an account to switch to, or to continue as.
type AccountView struct {
	ID       string `json:"id"` // opaque
	Name     string `json:"name"`
	Email    string `json:"email"`
	Picture  string `json:"picture"`
	Initials string `json:"initials"`
	Tone     int    `json:"tone"`
	Active   bool   `json:"active"`
	Ended    bool   `json:"ended"` // its session ended by itself: it must sign in again
}

// DetailsView is what the provider says about the person.
type DetailsView struct {
	Name string      `json:"name"`
	Rows []ClaimView `json:"rows"`
}

// ClaimView is one claim.
type ClaimView struct {
	Claim string `json:"claim"` // as the provider calls it
	Label string `json:"label"` // as people do
	Text  string `json:"text"`
	At    int64  `json:"at"`    // when the claim is a time; Text is empty then
	Group string `json:"group"` // a heading
}

// SettingsView is what can be set, and where it comes from.
type SettingsView struct {
	Provider      []ProviderLine `json:"provider"`
	Store         SettingView    `json:"store"` // Text is keychain, file or memory
	Appearance    SettingView    `json:"appearance"`
	StartHidden   SettingView    `json:"startHidden"`   // Text is true or false
	RememberEmail SettingView    `json:"rememberEmail"` // the same: what was typed is offered again
	StartAtLogin  *SettingView   `json:"startAtLogin"`  // the same; null where the system has no such switch
	Notifications SettingView    `json:"notifications"` // the same
	LogFolder     string         `json:"logFolder"`
	Problem       string         `json:"problem"` // why the last change was not made
}

// ProviderLine is a setting of the provider, which is not changed here.
type ProviderLine struct {
	Label string      `json:"label"`
	Value SettingView `json:"value"`
}

// SettingView is one setting.
type SettingView struct {
	Text   string `json:"text"`
	Source string `json:"source"` // "" when nobody has set it
	Locked bool   `json:"locked"` // by the administrator
	Fixed  bool   `json:"fixed"`  // not to be changed here: by the administrator, the environment or a flag
}

// CheckView is the doctor's report, as far as it has come.
type CheckView struct {
	Running  bool          `json:"running"`
	Passed   int           `json:"passed"`
	Findings []FindingView `json:"findings"`
}

// FindingView is one thing that was checked.
type FindingView struct {
	ID     string `json:"id"`
	Status string `json:"status"` // pass, warn, fail
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Advice string `json:"advice"`
}

// AboutView says what this program is made of.
type AboutView struct {
	Commit   string        `json:"commit"`
	Date     string        `json:"date"` // of the commit, RFC 3339
	Go       string        `json:"go"`
	System   string        `json:"system"`
	Licences []LicenceView `json:"licences"`
}

// LicenceView is a licence, and whose work in this program is under it.
type LicenceView struct {
	Modules []string `json:"modules"`
	Text    string   `json:"text"`
}

// LeavingView is a sign-out of which the person is asked how far it goes.
type LeavingView struct {
	ID       string       `json:"id"`    // the account's, or "all"
	Name     string       `json:"name"`  // the account's
	Count    int          `json:"count"` // of the accounts that are meant
	Provider ProviderView `json:"provider"`
}

// ProblemView is what went wrong, in words.
type ProblemView struct {
	Code    string   `json:"code"`
	Title   string   `json:"title"`
	Message string   `json:"message"`
	Hint    string   `json:"hint"`
	Admin   string   `json:"admin"` // for an administrator, beside the details
	Detail  string   `json:"detail"`
	Ref     string   `json:"ref"`     // stands in the log line too
	Actions []string `json:"actions"` // the first one is the main one
}

// NoticeView is something to know that stops nobody.
type NoticeView struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
	Good  bool     `json:"good"`  // nothing is left to do
	Again string   `json:"again"` // the account whose session has ended, to sign in again as; "" for none
}
