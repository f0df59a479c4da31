package signin

import (
	"errors"
	"slices"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/problem"
)

// What an [*Error] matches with [errors.Is]. Each error of this package matches at least one of them, or is the
// context's own, or is a fault inside the package.
var (
	// ErrSignedOut means that nobody is signed in: call [Client.SignIn].
	ErrSignedOut = errors.New("signin: nobody is signed in")
	// ErrSessionEnded means that the session has ended by itself. Such an error matches [ErrSignedOut] too.
	ErrSessionEnded = errors.New("signin: the session has ended")
	// ErrCancelled means that the person, or [Client.Cancel], has given the sign-in up.
	ErrCancelled = errors.New("signin: the sign-in was cancelled")
	// ErrTimeout means that nobody came back from the browser, or from the other device, in time.
	ErrTimeout = errors.New("signin: the sign-in took too long")
	// ErrOffline means that the provider cannot be reached or does not work. Nobody is signed out by it: try again
	// later.
	ErrOffline = errors.New("signin: the provider cannot be reached")
	// ErrRefused means that the provider, or the person there, has said no.
	ErrRefused = errors.New("signin: the provider refused")
	// ErrUnverified means that an answer of the provider failed a check, so that nothing of it was believed.
	ErrUnverified = errors.New("signin: the provider's answer could not be verified")
	// ErrStore means that the session could not be read or stored: the keychain, the passphrase or the disk.
	ErrStore = errors.New("signin: the session cannot be stored or read")
	// ErrConfig means that [Config], or a setting, cannot be used.
	ErrConfig = errors.New("signin: a setting cannot be used")
	// ErrBrowser means that no browser could be opened, or that it has no way back.
	ErrBrowser = errors.New("signin: the browser cannot be used")
	// ErrBusy means that a sign-in is under way already.
	ErrBusy = errors.New("signin: a sign-in is under way")
	// ErrNoAccount means that there is no account of that ID on this machine.
	ErrNoAccount = errors.New("signin: there is no such account")
	// ErrOrigin means that a token may not be sent to that address.
	ErrOrigin = errors.New("signin: no origin that a token may be sent to")
	// ErrClosed means that the client was closed.
	ErrClosed = errors.New("signin: the client is closed")
)

// Error is what went wrong, in words for the person who signs in. No token, code or state stands in it.
type Error struct {
	Code    string `json:"code"`    // stable; docs/module.md lists them
	Title   string `json:"title"`   // what happened
	Message string `json:"message"` // what it means; may be empty
	Hint    string `json:"hint"`    // what to do next
	Detail  string `json:"detail"`  // for support; may be empty

	causes []error
}

// Error returns title, message and hint in one line.
func (e *Error) Error() string {
	text := e.Title
	for _, more := range []string{e.Message, e.Hint} {
		if more != "" {
			text = strings.TrimRight(text, ".") + ". " + more
		}
	}
	return text
}

// Unwrap returns what the error matches.
func (e *Error) Unwrap() []error { return e.causes }

// kinds are the codes of package problem by what they match.
var kinds = []struct {
	errs  []error
	codes string
}{
	{[]error{ErrSignedOut}, "not_signed_in"},
	{[]error{ErrSessionEnded, ErrSignedOut}, `
		session_ended session_false session_lost once_more
		session_limit session_idle
		person_needed not_renewable
		key_of_other_computer key_damaged bind_again`},
	{[]error{ErrCancelled}, "cancelled"},
	{[]error{ErrTimeout}, "timed_out device_expired"},
	{[]error{ErrOffline}, `
		network provider_unavailable keys_unavailable keys_unreadable about_to_sleep
		tls handshake
		proxy_unreachable proxy_signin proxy_refused proxy_script proxy_certificate network_signin
		discovery web_page redirected`},
	{[]error{ErrRefused}, `
		access_denied declined interaction_needed provider_error
		device_unsupported device_declined device_refused
		token_refused push_refused not_renewed proof_refused api_refused step_up`},
	{[]error{ErrUnverified}, `
		answer_mixed_up answer_unusable unbound_error
		token_type no_id_token not_bound
		clock time_claim
		too_long_ago not_strong_enough
		tenant organization
		other_person other_user
		signature id_token
		bad_answer broken_json token_text api_token`},
	{[]error{ErrStore}, `
		keychain_absent keychain_locked keychain_dismissed keychain_slow
		vault_key_lost vault_wrong_key vault_replaced vault_forgotten vault_newer vault_damaged
		wrong_passphrase passphrase_needed weak_passphrase
		too_much disk_full folder_not_writable in_the_way store_failed
		not_stored keychain_no_default kept_beside foreign_folder not_readable no_lock
		chip_unavailable key_failed`},
	{[]error{ErrConfig}, `
		bad_settings not_configured
		wrong_issuer issuer_template bad_endpoint discovery_incomplete
		other_provider
		client_key no_such_api`},
	{[]error{ErrBrowser}, "browser_failed browser_refused port_taken"},
	{[]error{ErrBusy}, "busy"},
	{[]error{ErrNoAccount}, "no_such_account"},
	{[]error{ErrOrigin}, "bad_origin proof_address"},
	{[]error{ErrClosed}, "closed"},
}

// matches returns what the errors of a code match.
func matches(code string) []error {
	for _, k := range kinds {
		if slices.Contains(strings.Fields(k.codes), code) {
			return k.errs
		}
	}
	return nil
}

// reader is whom the words of an error are for.
type reader struct {
	provider string // its name
	inCode   bool   // the provider stands in the program's code: no settings are read
}

// explain puts an error into words. An error that has words already is left as it is.
func explain(err error, to reader) error {
	if _, told := errors.AsType[*Error](err); told || err == nil {
		return err
	}
	return describe(err, to)
}

// describe returns the words of an error, nil for none.
func describe(err error, to reader) *Error {
	if err == nil {
		return nil
	}
	words := problem.From
	if to.inCode {
		words = problem.InCode
	}
	p := words(err, to.provider)
	causes := append([]error{err}, matches(p.Code)...)
	if asked, ok := errors.AsType[*account.StepUpError](err); ok {
		causes = append(causes, &StepUpError{StepUp: StepUp(asked.StepUp), Again: asked.Again})
	}
	return &Error{Code: p.Code, Title: p.Title, Message: p.Message, Hint: p.Hint, Detail: p.Detail, causes: causes}
}

// configError is a mistake in a Config.
func configError(text string) *Error {
	return &Error{
		Code: "bad_settings", Title: "A setting cannot be used", Message: text + ".",
		Hint:   "Correct it in the program.",
		causes: []error{ErrConfig},
	}
}

// closedError is what every call after Close gets.
func closedError() *Error {
	return &Error{
		Code: "closed", Title: "The sign-in was closed", Message: "The program has closed its client.",
		Hint:   "Open another one.",
		causes: []error{ErrClosed},
	}
}

// browserError is what a browser that did not open gets.
func browserError(err error, to reader) *Error {
	if _, known := errors.AsType[*browser.OpenError](err); known || errors.Is(err, browser.ErrAddress) {
		return describe(err, to)
	}
	return &Error{
		Code: "browser_failed", Title: "Your browser did not open", Message: err.Error() + ".",
		Hint:   "Open a browser, then try again.",
		causes: []error{err, ErrBrowser},
	}
}
