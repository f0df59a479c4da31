// Package session holds what a sign-in leaves behind: the [Session] value, its versioned encoding, and the [Store]
// that keeps all sessions behind a sealer.
//
// It promises that tokens leave it only as [secret.Secret] or sealed, that an encoding it wrote is read again by
// every later version, and that a file from a newer version is refused rather than misread. It does not encrypt (the
// sealer does), does not speak to any provider, and decides nothing about refresh or sign-out (package account does).
// It touches neither network, disk nor keychain.
package session

import (
	"encoding/json"
	"time"

	"app.latchkey/internal/secret"
)

// Key names an account: the issuer and the subject it gave, never the email (OIDC Core §5.7).
type Key struct {
	Issuer  string // exact, trailing slash included
	Subject string
}

// IsZero reports whether the key names nobody.
func (k Key) IsZero() bool { return k == Key{} }

// Profile is who the person is, merged from ID token and userinfo
// (OIDC Core §5.1). Every text in it was written by a stranger.
type Profile struct {
	Name          string // name, else preferred_username, else email, else sub
	Email         string // empty when the provider gave none
	EmailVerified bool   // from the same source as Email
	Picture       string // URL as claimed; fetched and re-encoded before it is shown

	// Claims are the merged claims as JSON values, without any token. The protocol
	// claims of the ID token (nonce, at_hash, …) are among them. The map is never changed: a copy of it is.
	Claims map[string]json.RawMessage
}

// Tokens are the credentials of one session.
type Tokens struct {
	Access  secret.Secret
	Refresh secret.Secret // absent when the provider gave none
	ID      secret.Secret // absent when no ID token was part of the sign-in
	Type    string        // [Bearer], or [DPoP] for an access token that is bound to Session.ProofKey

	// Expiry is when the access token ends, by the wall clock; zero when the provider gave no lifetime.
	Expiry time.Time
	// Lifetime is expires_in as the provider gave it; zero when it gave none.
	Lifetime time.Duration
	// Scope is the scope granted, space-separated; as asked when the provider was silent (RFC 6749 §5.1).
	Scope string
}

// Ended says why a session ended by itself. The empty value means that it lives.
type Ended string

// Reasons for which a session ends by itself.
const (
	EndedRefused   Ended = "refused"    // the provider answered invalid_grant (RFC 6749 §5.2)
	EndedFalse     Ended = "false"      // a refreshed ID token was verified to be false
	EndedNoRefresh Ended = "no_refresh" // the access token expired and there is no refresh token
	EndedLost      Ended = "lost"       // refused, after an answer that would have continued it was lost
	EndedForeign   Ended = "foreign"    // its key is in the hardware of another computer
	EndedKey       Ended = "key"        // its key is damaged
)

// Session is one account's sign-in.
type Session struct {
	Key      Key
	ClientID string
	Provider string // the provider's name at the sign-in or the last refresh; empty in old sessions
	Profile  Profile
	Tokens   Tokens
	// APIs are the access tokens for further APIs, by the names that the settings give these. The map is
	// never changed: see [Session.WithAPI].
	APIs map[string]APIToken
	// Resources were named when the person signed in (RFC 8707 §2.1): the grant covers no other one.
	Resources []string

	// IDTokenVerified is false for providers that have no ID tokens (plain
	// OAuth 2.0): the identity then comes from the user endpoint alone.
	IDTokenVerified bool

	// What refresh continuity compares (OIDC Core §12.2).
	Audience        []string
	AuthorizedParty string // azp; empty when absent
	Nonce           string // of the sign-in

	AuthTime   time.Time // auth_time; zero when the provider gave none. Never taken from a refresh
	ACR        string
	AMR        []string
	SignedInAt time.Time
	Refreshed  time.Time // last successful refresh, or SignedInAt
	Expires    time.Time // session_expiry (IPSIE SL1): when the provider ends the session; zero when it did not say
	Used       time.Time // when somebody last used the session, to about a minute
	Seen       time.Time // the latest time that was known when the session was written: its limits do not go back

	// Unanswered is when the refresh token was presented without an answer that is known: the program
	// was ended meanwhile, or the answer was lost. Zero otherwise. When the provider then refuses the
	// token, the interruption is the reason.
	Unanswered time.Time
	// PersonNeeded is set when the provider renews the session only after it has asked the person something.
	PersonNeeded bool

	// ProofKey is what is kept of the key that the tokens are bound to (RFC 9449), as package proof
	// writes it; absent in a session that is not bound.
	ProofKey secret.Secret
	// Bound is set once an access token was bound, and stays set: later answers must be bound too.
	Bound bool

	// Ended is empty while the session lives.
	Ended Ended
}

// Types of access tokens.
const (
	Bearer = "Bearer" // RFC 6750
	DPoP   = "DPoP"   // RFC 9449: of no use without a proof by the session's key
)

// Live reports whether the session has not ended.
func (s Session) Live() bool { return s.Ended == "" }

// maxAhead is how far in the future a renewal may lie: the clocks of two programs on
// one computer differ by less, unless the clock was set back in between.
const maxAhead = time.Minute

// FreshAt reports whether the access token can be used at now without a refresh being due. A session without a known
// expiry counts as fresh. A session that was renewed more than a minute after now is due: the clock was wrong then or
// is wrong now, so the expiry that was computed from it cannot be trusted.
func (s Session) FreshAt(now time.Time) bool {
	return s.Tokens.freshAt(now, s.renewedAt())
}

// freshAt is [Session.FreshAt] for tokens that were issued at that time.
func (t Tokens) freshAt(now, issued time.Time) bool {
	due := t.Due()
	return !t.Access.IsZero() && issued.Sub(now) <= maxAhead && (due.IsZero() || now.Before(due))
}

// renewedAt is when the access token was issued, by this computer's clock.
func (s Session) renewedAt() time.Time {
	if s.Refreshed.IsZero() {
		return s.SignedInAt
	}
	return s.Refreshed
}

// maxLead is the most that a refresh is brought forward of the expiry.
const maxLead = 60 * time.Second

// Due returns when the access token should be refreshed: see [Tokens.Due].
func (s Session) Due() time.Time { return s.Tokens.Due() }

// Due returns when the access token should be replaced: when less than a tenth
// of its lifetime, at most 60 s, remains. Zero means never: no expiry is known.
func (t Tokens) Due() time.Time {
	if t.Expiry.IsZero() {
		return time.Time{}
	}
	lead := t.Lifetime / 10
	if lead > maxLead || lead <= 0 {
		lead = maxLead
	}
	return t.Expiry.Add(-lead)
}
