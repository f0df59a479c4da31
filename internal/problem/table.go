package problem

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"app.latchkey/internal/account"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// row is one kind of error. {provider} in a text becomes the provider's name.
type row struct {
	errs []error
	as   func(error) bool
	Problem
}

func (r row) matches(err error) bool {
	if r.as != nil {
		return r.as(err)
	}
	for _, e := range r.errs {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func fill(text, name string) string {
	if strings.HasPrefix(text, "{provider}") {
		text = sentence(name) + strings.TrimPrefix(text, "{provider}")
	}
	return strings.ReplaceAll(text, "{provider}", name)
}

// sentence makes a name fit to begin a sentence.
func sentence(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

var (
	again  = []string{Retry, Dismiss}
	look   = []string{Retry, Check, Dismiss}
	other  = []string{Retry, OtherAccount, Dismiss}
	anew   = []string{SignIn, Dismiss}
	verify = "Nothing was stored. Try again; if it stays, tell whoever runs {provider}: this is either a fault there or somebody in between."
)

// table is asked from top to bottom: what is more special stands higher.
var table = []row{
	{errs: []error{account.ErrCancelled, context.Canceled}, Problem: Problem{Code: "cancelled", Title: "Sign-in cancelled", Message: "Nothing has changed.", Hint: "Sign in again whenever you like.", Actions: anew}},
	{errs: []error{account.ErrNobody}, Problem: Problem{Code: "not_signed_in", Title: "Nobody is signed in", Message: "There is no session on this computer.", Hint: "Sign in first.", Actions: anew}},
	{errs: []error{openid.ErrOtherProvider, session.ErrForeign}, Problem: Problem{Code: "other_provider", Title: "This session is from another provider", Message: "The settings name another provider or client than the one you signed in with. Nothing was sent to it.", Hint: "Set the provider back, or sign in again with this one.", Actions: anew}},
	{errs: []error{openid.ErrContinuity, session.ErrFalse}, Problem: Problem{Code: "session_false", Title: "Please sign in again", Message: "{provider} renewed the session with an answer about somebody or something else.", Hint: "Sign in again. If it stays, tell whoever runs {provider}.", Actions: anew}},
	{errs: []error{account.ErrSessionEnded, session.ErrEnded}, Problem: Problem{Code: "session_ended", Title: "Please sign in again", Message: "{provider} has ended this session: it expired, was revoked, or was used from somewhere else.", Hint: "Sign in again.", Actions: anew}},
	{errs: []error{account.ErrNoAccount}, Problem: Problem{Code: "no_such_account", Title: "There is no such account here", Message: "It was never signed in on this computer, or has been removed.", Hint: "Choose one of the accounts that are here (latchkeyctl accounts shows them), or sign in.", Actions: anew}},
	{errs: []error{account.ErrAmbiguous}, Problem: Problem{Code: "ambiguous_account", Title: "Several accounts are meant by that", Message: "", Hint: "Name one exactly, as issuer#subject.", Actions: []string{Dismiss}}},
	{errs: []error{account.ErrLive}, Problem: Problem{Code: "still_signed_in", Title: "That account is still signed in", Message: "Only an account whose session has ended can be removed.", Hint: "Sign it out instead: that revokes its tokens too.", Actions: []string{Dismiss}}},
	{errs: []error{account.ErrOrigin}, Problem: Problem{Code: "bad_origin", Title: "A token may not be sent there", Message: "It is no https origin such as https://api.example.", Hint: "Tell whoever makes this app: the details name the address.", Actions: []string{Dismiss}}},
	{errs: []error{account.ErrBusy}, Problem: Problem{Code: "busy", Title: "A sign-in is under way", Message: "One sign-in runs at a time.", Hint: "Finish it in the browser, or cancel it.", Actions: []string{Dismiss}}},
	{errs: []error{account.ErrNotConfigured}, Problem: Problem{Code: "not_configured", Title: "No provider is set up yet", Message: "The app does not know where to sign in.", Hint: "Set LATCHKEY_ISSUER and LATCHKEY_CLIENT_ID, or write issuer and client_id into config.toml.", Actions: []string{Folder, Dismiss}}},
	{as: as[*settings.Error], Problem: Problem{Code: "bad_settings", Title: "A setting cannot be used", Message: "", Hint: "Correct it, then try again.", Actions: []string{Retry, Folder, Check}}},
	{errs: []error{openid.ErrSettings}, Problem: Problem{Code: "bad_settings", Title: "A setting cannot be used", Message: "The provider's settings do not do.", Hint: "Correct them, then try again.", Actions: []string{Retry, Folder, Check}}},

	{errs: []error{vault.ErrKeychainAbsent}, Problem: Problem{Code: "keychain_absent", Title: "This computer offers no keychain", Message: "The key that protects your sign-in has no safe place here.", Hint: "Protect it with a passphrase (store = \"file\"), or keep it in memory for this time only (store = \"memory\"). On Linux a Secret Service such as gnome-keyring or KWallet is one.", Actions: []string{UsePassphrase, UseMemory, Retry}}},
	{errs: []error{vault.ErrKeychainLocked}, Problem: Problem{Code: "keychain_locked", Title: "Your keychain is locked", Message: "The key that protects your sign-in is in it.", Hint: "Unlock the keychain and try again.", Actions: []string{Unlock, UseMemory}}},
	{errs: []error{vault.ErrKeychainDismissed}, Problem: Problem{Code: "keychain_dismissed", Title: "The keychain stayed locked", Message: "Its question was dismissed, and nothing has changed.", Hint: "Unlock the keychain and try again.", Actions: []string{Unlock, UseMemory}}},
	{errs: []error{vault.ErrKeychainTimeout}, Problem: Problem{Code: "keychain_slow", Title: "The keychain does not answer", Message: "It may be waiting for you in a window behind this one.", Hint: "Look for its question, then try again.", Actions: []string{Retry, UseMemory}}},
	{errs: []error{vault.ErrKeyLost}, Problem: Problem{Code: "vault_key_lost", Title: "Please sign in again", Message: "The keychain no longer has the key to what was stored.", Hint: "Sign in again.", Actions: anew}},
	{errs: []error{vault.ErrWrongKey}, Problem: Problem{Code: "vault_wrong_key", Title: "Please sign in again", Message: "What was stored was sealed on another computer, or with an older key.", Hint: "Sign in again.", Actions: anew}},
	{errs: []error{vault.ErrReplaced}, Problem: Problem{Code: "vault_replaced", Title: "An older sign-in was put away", Message: "It could not be opened when you chose another store.", Hint: "Nothing needs to be done; sign in where you miss an account.", Actions: anew}},
	{errs: []error{vault.ErrNewer, session.ErrNewer}, Problem: Problem{Code: "vault_newer", Title: "Please sign in again", Message: "What was stored was written by a newer version of this app.", Hint: "Sign in again, or install the newer version.", Actions: anew}},
	{errs: []error{vault.ErrDamaged, session.ErrDamaged}, Problem: Problem{Code: "vault_damaged", Title: "Please sign in again", Message: "What was stored is damaged and cannot be read.", Hint: "Sign in again.", Actions: anew}},
	{errs: []error{vault.ErrWrongPassphrase}, Problem: Problem{Code: "wrong_passphrase", Title: "That passphrase does not fit", Message: "Nothing is lost.", Hint: "Try again.", Actions: []string{Passphrase, UseMemory}}},
	{errs: []error{vault.ErrPassphraseNeeded}, Problem: Problem{Code: "passphrase_needed", Title: "Unlock your sign-in", Message: "What is stored here is protected by a passphrase.", Hint: "Type it, or set LATCHKEY_STORE_PASSPHRASE or --passphrase-file.", Actions: []string{Passphrase, UseMemory}}},
	{errs: []error{vault.ErrWeakPassphrase}, Problem: Problem{Code: "weak_passphrase", Title: "That passphrase is too short", Message: "A short one is guessed by trying.", Hint: "Take at least 8 characters; a sentence is best.", Actions: []string{UsePassphrase}}},
	{errs: []error{vault.ErrDiskFull}, Problem: Problem{Code: "disk_full", Title: "The disk is full", Message: "The sign-in could not be stored. Nothing is lost.", Hint: "Make room, then try again.", Actions: again}},
	{errs: []error{vault.ErrReadOnly}, Problem: Problem{Code: "folder_not_writable", Title: "The data folder cannot be written", Message: "The sign-in could not be stored.", Hint: "Make the folder named in the details writable, then try again.", Actions: again}},
	{errs: []error{vault.ErrDisk, vault.ErrKeychain, vault.ErrKind}, Problem: Problem{Code: "store_failed", Title: "The sign-in could not be stored", Message: "The disk or the keychain failed.", Hint: "Try again. The details say what failed.", Actions: []string{Retry, UsePassphrase, UseMemory}}},

	{as: as[*loopback.PortError], Problem: Problem{Code: "port_taken", Title: "The sign-in has no way back", Message: "", Hint: "Close that program, or name other ports: redirect_ports, LATCHKEY_REDIRECT_PORTS (and register them with {provider}).", Actions: again}},
	{errs: []error{loopback.ErrPaste}, Problem: Problem{Code: "wrong_address", Title: "That address is not of this sign-in", Message: "It must be the one that your browser ended at.", Hint: "Copy the whole address from the browser's address bar.", Actions: []string{Dismiss}}},
	{errs: []error{loopback.ErrClosed}, Problem: Problem{Code: "cancelled", Title: "Sign-in cancelled", Message: "Nothing has changed.", Hint: "Sign in again whenever you like.", Actions: anew}},
	{errs: []error{browser.ErrAddress}, Problem: Problem{Code: "browser_refused", Title: "That address cannot be opened", Message: "It is no web address.", Hint: "Check the provider's settings.", Actions: []string{Dismiss}}},
	{errs: []error{browser.ErrFolder}, Problem: Problem{Code: "folder_missing", Title: "The folder is not there", Message: "Nothing has been written to it yet, or it was removed.", Hint: "It is made when it is needed.", Actions: []string{Dismiss}}},
	{as: as[*browser.OpenError], Problem: Problem{Code: "browser_failed", Title: "Your browser did not open", Message: "No program here could open it.", Hint: "Copy the link and open it yourself.", Actions: again}},

	{errs: []error{openid.ErrTLS}, Problem: Problem{Code: "tls", Title: "{provider}'s certificate is not trusted", Message: "Somebody may be in between, or your company's own certificate is missing here.", Hint: "On a company network set ca_file (LATCHKEY_CA_FILE) to its certificate. Elsewhere change the network.", Actions: look}},
	{errs: []error{openid.ErrHandshake}, Problem: Problem{Code: "handshake", Title: "No secure connection to {provider}", Message: "Its server speaks no TLS, or only versions that are broken (older than 1.2), or something in between breaks the connection.", Hint: "Check the issuer's address and port, and the network. Whoever runs {provider} can switch on TLS 1.2.", Actions: look}},
	{errs: []error{openid.ErrDiscoveryIssuer}, Problem: Problem{Code: "wrong_issuer", Title: "The issuer is not the one that was set", Message: "The address answers for another issuer.", Hint: "Set issuer (LATCHKEY_ISSUER) to exactly what the details show, if that is yours: slashes count.", Actions: look}},
	{errs: []error{openid.ErrPlainHTTP, openid.ErrEndpoint}, Problem: Problem{Code: "bad_endpoint", Title: "{provider} names an address that must not be used", Message: "It is not https, or not an address at all.", Hint: "Check the issuer, then tell whoever runs {provider}.", Actions: look}},
	{errs: []error{openid.ErrKeys}, Problem: Problem{Code: "keys_unavailable", Title: "{provider}'s keys could not be fetched", Message: "Without them nothing it says can be verified.", Hint: "Try again in a moment.", Actions: look}},
	{errs: []error{openid.ErrAnswerIssuer, openid.ErrAnswerNoIss, openid.ErrAnswerShape, openid.ErrState, openid.ErrDoubledParameter}, Problem: Problem{Code: "answer_mixed_up", Title: "The browser brought an answer that does not fit", Message: "It came from somewhere else than {provider}, or contradicts itself.", Hint: verify, Actions: again}},
	{errs: []error{openid.ErrDeviceUnsupported}, Problem: Problem{Code: "device_unsupported", Title: "Another device cannot be used here", Message: "{provider} offers no sign-in by code, or not to this app.", Hint: "Sign in with the browser of this computer. Whoever runs {provider} can allow the device grant for this client.", Actions: anew}},
	{errs: []error{openid.ErrDeviceDeclined}, Problem: Problem{Code: "device_declined", Title: "The sign-in was declined", Message: "On the other device somebody said no.", Hint: "Ask for a new code if that was not meant.", Actions: again}},
	{errs: []error{openid.ErrDeviceExpired}, Problem: Problem{Code: "device_expired", Title: "The code has expired", Message: "Nobody finished the sign-in on the other device in time.", Hint: "Ask for a new code.", Actions: again}},
	{errs: []error{openid.ErrAccessDenied}, Problem: Problem{Code: "access_denied", Title: "The sign-in was refused", Message: "You or {provider} said no.", Hint: "Try again. If your account may not use this app, ask your administrator.", Actions: other}},
	{errs: []error{openid.ErrInteraction}, Problem: Problem{Code: "interaction_needed", Title: "{provider} wants to ask you something", Message: "It could not go on without you.", Hint: "Sign in again.", Actions: anew}},
	{errs: []error{openid.ErrAnswer}, Problem: Problem{Code: "provider_error", Title: "{provider} refused the request", Message: "It answered with an error before you could sign in.", Hint: "Check client ID, scopes and the registered redirect address.", Actions: look}},
	{errs: []error{openid.ErrStatus}, Problem: Problem{Code: "provider_unavailable", Title: "{provider} does not answer as it should", Message: "It may be overloaded, or something stands in between.", Hint: "Try again in a moment. If it stays, check the issuer's address.", Actions: look}},
	{errs: []error{openid.ErrDevice}, Problem: Problem{Code: "device_refused", Title: "{provider} gave no code for another device", Message: "It refused the request.", Hint: "Sign in with the browser of this computer. If that does not work either, check client ID and scopes.", Actions: anew}},
	{errs: []error{openid.ErrTokenEndpoint}, Problem: Problem{Code: "token_refused", Title: "{provider} did not hand out a session", Message: "The sign-in itself worked; the last step was refused.", Hint: "Check client ID and secret with whoever runs {provider}, then try again.", Actions: look}},
	{errs: []error{openid.ErrTokenType}, Problem: Problem{Code: "token_type", Title: "{provider} gave tokens of another kind", Message: "This app uses Bearer tokens alone.", Hint: verify, Actions: again}},
	{errs: []error{openid.ErrNoIDToken}, Problem: Problem{Code: "no_id_token", Title: "{provider} did not say who you are", Message: "It sent no ID token.", Hint: "Check that openid is among the scopes. A provider without ID tokens needs id_token = false.", Actions: look}},
	{errs: []error{openid.ErrExpired, openid.ErrIssuedAt, openid.ErrNotBefore}, Problem: Problem{Code: "clock", Title: "The times do not fit", Message: "{provider}'s answer is not valid at this computer's time.", Hint: "Check this computer's clock and time zone, then try again.", Actions: look}},
	{errs: []error{openid.ErrAuthTime}, Problem: Problem{Code: "too_long_ago", Title: "Please sign in again at {provider}", Message: "It let you through on an older sign-in.", Hint: "Try again and sign in there anew.", Actions: again}},
	{errs: []error{openid.ErrACR}, Problem: Problem{Code: "not_strong_enough", Title: "A stronger sign-in is needed", Message: "This app demands a second factor, or another way to sign in.", Hint: "Try again with it. Your administrator knows which.", Actions: other}},
	{errs: []error{openid.ErrTenant}, Problem: Problem{Code: "tenant", Title: "Your organization may not use this app", Message: "It is not among those allowed.", Hint: "Sign in with another account, or ask your administrator.", Actions: other}},
	{errs: []error{openid.ErrOrganization}, Problem: Problem{Code: "organization", Title: "You signed in with another organization", Message: "{provider} did not confirm the one that was asked for.", Hint: "Try again and choose that organization, or change the setting organization.", Actions: other}},
	{errs: []error{openid.ErrOtherPerson, openid.ErrUserinfoSubject}, Problem: Problem{Code: "other_person", Title: "Another person came back", Message: "The answers are about two different people.", Hint: "Sign in as the person you were asked for. Otherwise: " + verify, Actions: other}},
	{errs: []error{openid.ErrUnknownKey, openid.ErrSignature, openid.ErrAlgorithm, openid.ErrCritical, openid.ErrMalformed, openid.ErrDoubledClaim}, Problem: Problem{Code: "signature", Title: "{provider}'s word could not be verified", Message: "What it says about you is not signed as it must be.", Hint: verify, Actions: again}},
	{errs: []error{openid.ErrIssuer, openid.ErrAudience, openid.ErrExtraAudience, openid.ErrAZP, openid.ErrNonce, openid.ErrATHash, openid.ErrSubject}, Problem: Problem{Code: "id_token", Title: "{provider}'s answer is not for this sign-in", Message: "It names another issuer, app, person or try.", Hint: verify, Actions: again}},
	{errs: []error{openid.ErrTokenAnswer, openid.ErrDocument, openid.ErrBodyTooLarge, openid.ErrUserinfo}, Problem: Problem{Code: "bad_answer", Title: "{provider} gave an answer that makes no sense", Message: "It may be another page, of a hotel's network for example.", Hint: "Open any web page and see whether the network wants something from you. Then try again.", Actions: again}},
	{errs: []error{openid.ErrNetwork, openid.ErrTimeout}, Problem: Problem{Code: "network", Title: "{provider} cannot be reached", Message: "The network is down, or its address is wrong.", Hint: "Check the network and try again. If it stays, check issuer (LATCHKEY_ISSUER).", Actions: look}},
	{errs: []error{openid.ErrDiscovery}, Problem: Problem{Code: "discovery", Title: "{provider} could not be understood", Message: "Its description of itself is missing or broken.", Hint: "Check the issuer's address: slashes count.", Actions: look}},
	{errs: []error{context.DeadlineExceeded}, Problem: Problem{Code: "timed_out", Title: "The sign-in took too long", Message: "Nobody came back from the browser in time.", Hint: "Try again. Open a magic link on this computer.", Actions: again}},
}
