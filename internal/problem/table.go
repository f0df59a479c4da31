package problem

import (
	"context"
	"errors"
	"slices"
	"strings"

	"app.latchkey/internal/account"
	"app.latchkey/internal/autostart"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// row is one kind of error: one of errs, or whatever as accepts.
type row struct {
	code string // of its words in words.json
	errs []error
	as   func(error) bool
}

func (r row) matches(err error) bool {
	if r.as != nil {
		return r.as(err)
	}
	return isAny(err, r.errs...)
}

func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isAny(err error, kinds ...error) bool {
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// keysUnreadable reports whether the keys came, and are no key set.
func keysUnreadable(err error) bool {
	return errors.Is(err, openid.ErrKeys) &&
		isAny(err, openid.ErrDocument, openid.ErrEncoding, openid.ErrBodyTooLarge, openid.ErrDoubledClaim)
}

// lostSession reports whether a session has ended of an answer that was lost.
func lostSession(err error) bool {
	return isAny(err, session.ErrEnded, account.ErrSessionEnded) && errors.Is(err, session.ErrLost)
}

// bindAgain reports whether a session was begun before the settings demanded one that is bound.
func bindAgain(err error) bool {
	return errors.Is(err, openid.ErrNotBound) && errors.Is(err, session.ErrPersonNeeded)
}

// declined reports whether the person has said no at the provider. Providers send
// access_denied for that and for rules of their own alike: no description, or one that
// speaks of a cancel or of consent, is the person's.
func declined(err error) bool {
	answer, answered := errors.AsType[*openid.AnswerError](err)
	if !answered || !errors.Is(err, openid.ErrAccessDenied) {
		return false
	}
	said := strings.ToLower(answer.Description)
	if a, known := provider.AdviceFor(answer.Code, said); known && a.From != "any" &&
		!strings.Contains(said, "aadsts65004") {
		return false
	}
	return said == "" || slices.ContainsFunc(declines, func(words string) bool { return strings.Contains(said, words) })
}

// declines are words of the descriptions that Auth0, Descope, Entra, Google, Keycloak,
// Okta, Zitadel and others send when the person has said no.
var declines = []string{
	"cancel", "declin", "aborted", "did not consent", "denied consent", "not consent", "consent denied",
	"consent was denied",
	"user denied", "user has denied", "owner denied", "owner or authorization server denied", "end-user denied",
	"did not authorize",
	"did not authorise", "denied access to your", "user rejected", "rejected by user", "request was rejected",
}

// table is asked from top to bottom: what is more special stands higher.
var table = []row{
	{code: "cancelled", errs: []error{account.ErrCancelled, context.Canceled}},
	{code: "step_up", errs: []error{account.ErrStepUp}},
	{code: "no_such_api", errs: []error{account.ErrNoAPI}},
	{code: "api_token", errs: []error{openid.ErrAPIToken}},
	{code: "api_refused", errs: []error{session.ErrAPI, openid.ErrNoRefresh, openid.ErrNotAsked}},
	{code: "not_signed_in", errs: []error{account.ErrNobody}},
	{code: "other_provider", errs: []error{openid.ErrOtherProvider, session.ErrForeign}},
	{code: "session_limit", errs: []error{session.ErrLimit}},
	{code: "session_idle", errs: []error{session.ErrIdle}},
	{code: "session_false", errs: []error{openid.ErrContinuity, session.ErrFalse}},
	{code: "once_more", errs: []error{openid.ErrOnceMore}},
	{code: "about_to_sleep", errs: []error{account.ErrSleeping}},
	{code: "session_lost", as: lostSession},
	{code: "key_of_other_computer", errs: []error{proof.ErrForeignKey}},
	{code: "key_damaged", errs: []error{proof.ErrBlob}},
	{code: "bind_again", as: bindAgain},
	{code: "person_needed", errs: []error{session.ErrPersonNeeded}},
	{code: "not_renewable", errs: []error{account.ErrNotRenewable}},
	{code: "session_ended", errs: []error{account.ErrSessionEnded, session.ErrEnded}},
	{code: "no_such_account", errs: []error{account.ErrNoAccount}},
	{code: "ambiguous_account", errs: []error{account.ErrAmbiguous}},
	{code: "still_signed_in", errs: []error{account.ErrLive}},
	{code: "bad_origin", errs: []error{account.ErrOrigin}},
	{code: "busy", errs: []error{account.ErrBusy}},
	{code: "not_configured", errs: []error{account.ErrNotConfigured}},
	{code: "bad_settings", as: as[*settings.Error]},
	{code: "bad_settings", errs: []error{openid.ErrSettings, route.ErrSetting}},

	{code: "kept_beside", errs: []error{vault.ErrKept}},
	{code: "not_stored", errs: []error{account.ErrNotStored}},
	{code: "chip_unavailable", errs: []error{proof.ErrHardware}},
	{code: "client_key", errs: []error{proof.ErrKeyFile, proof.ErrAlgorithm, proof.ErrAssertion}},
	{code: "key_failed", errs: []error{proof.ErrSign}},
	{code: "proof_address", errs: []error{proof.ErrAddress, proof.ErrMethod}},

	{code: "keychain_absent", errs: []error{vault.ErrKeychainAbsent}},
	{code: "keychain_no_default", errs: []error{vault.ErrNoCollection}},
	{code: "keychain_locked", errs: []error{vault.ErrKeychainLocked}},
	{code: "keychain_dismissed", errs: []error{vault.ErrKeychainDismissed}},
	{code: "keychain_slow", errs: []error{vault.ErrKeychainTimeout}},
	{code: "vault_key_lost", errs: []error{vault.ErrKeyLost}},
	{code: "vault_wrong_key", errs: []error{vault.ErrWrongKey}},
	{code: "vault_forgotten", errs: []error{vault.ErrForgotten}},
	{code: "vault_replaced", errs: []error{vault.ErrReplaced}},
	{code: "vault_newer", errs: []error{vault.ErrNewer, session.ErrNewer}},
	{code: "vault_damaged", errs: []error{vault.ErrDamaged, session.ErrDamaged}},
	{code: "too_much", errs: []error{session.ErrTooLarge, vault.ErrTooLarge}},
	{code: "wrong_passphrase", errs: []error{vault.ErrWrongPassphrase}},
	{code: "passphrase_needed", errs: []error{vault.ErrPassphraseNeeded}},
	{code: "weak_passphrase", errs: []error{vault.ErrWeakPassphrase}},
	{code: "disk_full", errs: []error{vault.ErrDiskFull}},
	{code: "foreign_folder", errs: []error{ownfolder.ErrForeign}},
	{code: "folder_not_writable", errs: []error{vault.ErrReadOnly}},
	{code: "in_the_way", errs: []error{vault.ErrInTheWay}},
	{code: "not_readable", errs: []error{vault.ErrUnreadable}},
	{code: "no_lock", errs: []error{vault.ErrNoLock}},
	{code: "store_failed", errs: []error{vault.ErrDisk, vault.ErrKeychain, vault.ErrKind}},

	{code: "port_taken", as: as[*loopback.PortError]},
	{code: "wrong_address", errs: []error{loopback.ErrPaste}},
	{code: "other_user", errs: []error{loopback.ErrOtherUser}},
	{code: "answer_unusable", as: as[*loopback.BrokenError]},
	{code: "unbound_error", errs: []error{openid.ErrUnbound}},
	{code: "cancelled", errs: []error{loopback.ErrClosed}},
	{code: "browser_refused", errs: []error{browser.ErrAddress}},
	{code: "start_path", errs: []error{autostart.ErrPath}},
	{code: "start_entry", errs: []error{autostart.ErrEntry, autostart.ErrNotHere}},
	{code: "folder_missing", errs: []error{browser.ErrFolder}},
	{code: "browser_failed", as: as[*browser.OpenError]},

	{code: "proxy_unreachable", as: as[*route.ReachError]},
	{code: "proxy_signin", as: as[*route.SignInError]},
	{code: "network_signin", as: portal},
	{code: "proxy_refused", as: as[*route.RefusedError]},
	{code: "proxy_script", as: as[*route.ScriptError]},
	{code: "proxy_certificate", as: proxyItself},
	{code: "tls", errs: []error{openid.ErrTLS, route.ErrCertificate}},
	{code: "handshake", errs: []error{openid.ErrHandshake}},
	{code: "issuer_template", errs: []error{openid.ErrDiscoveryTemplate}},
	{code: "discovery_incomplete", as: as[*openid.MemberError]},
	{code: "discovery_incomplete", errs: []error{openid.ErrMember}},
	{code: "redirected", errs: []error{openid.ErrRedirect}},
	{code: "web_page", errs: []error{openid.ErrWebPage}},
	{code: "broken_json", errs: []error{openid.ErrBrokenJSON}},
	{code: "wrong_issuer", errs: []error{openid.ErrDiscoveryIssuer}},
	{code: "bad_endpoint", errs: []error{openid.ErrPlainHTTP, openid.ErrEndpoint}},
	{code: "keys_unreadable", as: keysUnreadable},
	{code: "keys_unavailable", errs: []error{openid.ErrKeys}},
	{code: "answer_mixed_up", errs: []error{
		openid.ErrAnswerIssuer, openid.ErrAnswerNoIss, openid.ErrAnswerShape, openid.ErrState,
		openid.ErrDoubledParameter,
	}},
	{code: "device_unsupported", errs: []error{openid.ErrDeviceUnsupported}},
	{code: "device_declined", errs: []error{openid.ErrDeviceDeclined}},
	{code: "device_expired", errs: []error{openid.ErrDeviceExpired}},
	{code: "declined", as: declined},
	{code: "access_denied", errs: []error{openid.ErrAccessDenied}},
	{code: "interaction_needed", errs: []error{openid.ErrInteraction}},
	{code: "provider_error", errs: []error{openid.ErrAnswer}},
	{code: "not_bound", errs: []error{openid.ErrNotBound}},
	{code: "proof_refused", errs: []error{openid.ErrProof}},
	{code: "not_renewed", errs: []error{openid.ErrNotRenewed}},
	{code: "provider_unavailable", errs: []error{openid.ErrStatus}},
	{code: "push_refused", errs: []error{openid.ErrPushed}},
	{code: "device_refused", errs: []error{openid.ErrDevice}},
	{code: "token_refused", errs: []error{openid.ErrTokenEndpoint}},
	{code: "token_type", errs: []error{openid.ErrTokenType}},
	{code: "token_text", errs: []error{openid.ErrTokenText}},
	{code: "no_id_token", errs: []error{openid.ErrNoIDToken}},
	{code: "time_claim", errs: []error{openid.ErrTimeClaim}},
	{code: "clock", errs: []error{openid.ErrExpired, openid.ErrIssuedAt, openid.ErrNotBefore}},
	{code: "too_long_ago", errs: []error{openid.ErrAuthTime}},
	{code: "not_strong_enough", errs: []error{openid.ErrACR}},
	{code: "tenant", errs: []error{openid.ErrTenant}},
	{code: "organization", errs: []error{openid.ErrOrganization}},
	{code: "other_person", errs: []error{openid.ErrOtherPerson, openid.ErrUserinfoSubject}},
	{code: "signature", errs: []error{
		openid.ErrBrokenKey, openid.ErrUnknownKey, openid.ErrSignature, openid.ErrAlgorithm, openid.ErrCritical,
		openid.ErrMalformed, openid.ErrHeader, openid.ErrDoubledClaim,
	}},
	{code: "id_token", errs: []error{
		openid.ErrIssuer, openid.ErrAudience, openid.ErrExtraAudience, openid.ErrAZP, openid.ErrNonce,
		openid.ErrATHash, openid.ErrSubject,
	}},
	{code: "bad_answer", errs: []error{
		openid.ErrTokenAnswer, openid.ErrTokenForm, openid.ErrDocument, openid.ErrEncoding, openid.ErrBodyTooLarge,
		openid.ErrUserinfo,
	}},
	{code: "network", errs: []error{openid.ErrNetwork, openid.ErrTimeout, session.ErrLost}},
	{code: "discovery", errs: []error{openid.ErrDiscovery}},
	{code: "timed_out", errs: []error{context.DeadlineExceeded}},
}
