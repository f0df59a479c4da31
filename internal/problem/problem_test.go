package problem_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/autostart"
	"app.latchkey/internal/browser"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// codes are some errors with the code that a person's support will name.
var codes = map[string]error{
	"cancelled": account.ErrCancelled, "not_signed_in": account.ErrNobody,
	"session_ended":   errors.Join(account.ErrSessionEnded, session.ErrEnded),
	"session_false":   errors.Join(session.ErrEnded, session.ErrFalse, openid.ErrContinuity),
	"not_configured":  account.ErrNotConfigured,
	"no_such_account": account.ErrNoAccount, "ambiguous_account": &account.AmbiguousError{},
	"still_signed_in": account.ErrLive,
	"keychain_absent": vault.ErrKeychainAbsent, "keychain_locked": vault.ErrKeychainLocked,
	"keychain_dismissed": vault.ErrKeychainDismissed, "keychain_slow": vault.ErrKeychainTimeout,
	"vault_damaged":  &vault.SetAsideError{Path: "/x", Reason: vault.ErrDamaged},
	"vault_newer":    &vault.SetAsideError{Path: "/x", Reason: vault.ErrNewer},
	"vault_key_lost": vault.ErrKeyLost, "vault_wrong_key": vault.ErrWrongKey,
	"wrong_passphrase": vault.ErrWrongPassphrase, "passphrase_needed": vault.ErrPassphraseNeeded,
	"not_stored":          fmt.Errorf("%w: %w", account.ErrNotStored, vault.ErrReadOnly),
	"keychain_no_default": vault.ErrNoCollection,
	// what lies beside is durable
	"kept_beside":    fmt.Errorf("%w: %w: %w", account.ErrNotStored, vault.ErrKept, vault.ErrDisk),
	"foreign_folder": &ownfolder.ForeignError{Dir: "/home/ann", Owner: "ann"},
	"not_readable":   vault.ErrUnreadable,
	"no_lock":        vault.ErrNoLock,
	"disk_full":      vault.ErrDiskFull, "too_much": session.ErrTooLarge, "folder_not_writable": vault.ErrReadOnly,
	"in_the_way": vault.ErrInTheWay,
	"port_taken": &loopback.PortError{Ports: []int{8085}}, "wrong_address": loopback.ErrPaste,
	"start_path":     autostart.ErrPath,
	"start_entry":    autostart.ErrEntry,
	"browser_failed": &browser.OpenError{}, "browser_refused": browser.ErrAddress,
	"tls": openid.ErrTLS, "wrong_issuer": openid.ErrDiscoveryIssuer,
	"bad_endpoint": errors.Join(openid.ErrDiscovery, openid.ErrEndpoint), "network": openid.ErrNetwork,
	"declined":      &openid.AnswerError{Kind: openid.ErrAccessDenied, Description: "The user cancelled."},
	"access_denied": &openid.AnswerError{Kind: openid.ErrAccessDenied, Description: "no"},
	"clock":         openid.ErrExpired, "other_person": openid.ErrUserinfoSubject, "signature": openid.ErrSignature,
	"id_token": openid.ErrNonce, "answer_mixed_up": openid.ErrAnswerIssuer, "timed_out": context.DeadlineExceeded,
	"bad_settings":         &settings.Error{Problem: "x"},
	"provider_unavailable": fmt.Errorf("%w: %w", openid.ErrTokenEndpoint, openid.ErrStatus),
	"not_renewed":          fmt.Errorf("%w: %w", openid.ErrNotRenewed, openid.ErrTokenEndpoint),
	"push_refused":         openid.ErrPushed,
	"not_bound":            openid.ErrNotBound, "proof_refused": fmt.Errorf("%w: %w", openid.ErrNotRenewed,
		openid.ErrProof),
	"bind_again":    fmt.Errorf("%w: %w", openid.ErrNotBound, session.ErrPersonNeeded),
	"token_refused": openid.ErrTokenEndpoint, "internal": errors.New("a panic"),
	"other_provider": session.ErrForeign, "bad_origin": account.ErrOrigin, "busy": account.ErrBusy,
	"vault_replaced": vault.ErrReplaced, "vault_forgotten": vault.ErrForgotten,
	"weak_passphrase": vault.ErrWeakPassphrase,
	"store_failed":    vault.ErrDisk, "folder_missing": browser.ErrFolder, "handshake": openid.ErrHandshake,
	"keys_unavailable":   openid.ErrKeys,
	"keys_unreadable":    fmt.Errorf("%w: %w", openid.ErrKeys, openid.ErrDocument),
	"device_unsupported": openid.ErrDeviceUnsupported, "device_declined": openid.ErrDeviceDeclined,
	"device_expired": openid.ErrDeviceExpired, "device_refused": openid.ErrDevice,
	"interaction_needed": openid.ErrInteraction, "provider_error": openid.ErrAnswer, "token_type": openid.ErrTokenType,
	"no_id_token":  openid.ErrNoIDToken,
	"too_long_ago": openid.ErrAuthTime, "not_strong_enough": openid.ErrACR, "tenant": openid.ErrTenant,
	"organization": openid.ErrOrganization, "bad_answer": openid.ErrDocument,
	"discovery": openid.ErrDiscovery, "other_user": loopback.ErrOtherUser,
	"answer_unusable": &loopback.BrokenError{Reason: "it is a form"}, "unbound_error": openid.ErrUnbound,
	"issuer_template":      openid.ErrDiscoveryTemplate,
	"discovery_incomplete": &openid.MemberError{Member: "jwks_uri", Setting: "jwks_uri"},
	"redirected":           openid.ErrRedirect, "web_page": openid.ErrWebPage, "broken_json": openid.ErrBrokenJSON,
	"time_claim": openid.ErrTimeClaim, "token_text": openid.ErrTokenText,
	"key_of_other_computer": fmt.Errorf("%w: %w", proof.ErrSign,
		&proof.ForeignKeyError{Place: proof.TPM, Err: errors.New("integrity")}), "key_damaged": proof.ErrBlob,
	"chip_unavailable": fmt.Errorf("%w: %w", proof.ErrSign, proof.ErrHardware), "client_key": proof.ErrKeyFile,
	"proxy_unreachable": &route.ReachError{Proxy: "p:1", Source: "the environment", Err: openid.ErrTimeout},
	"proxy_signin":      &route.SignInError{Proxy: "p:1", Schemes: []string{"basic"}},
	"proxy_refused":     &route.RefusedError{Proxy: "p:1", Target: "id:443", Status: 403},
	"network_signin":    &route.RefusedError{Proxy: "p:1", Target: "id:443", Status: 511},
	"proxy_script":      &route.ScriptError{Script: "http://wpad/wpad.dat", Err: errors.New("HTTP 404")},
	"proxy_certificate": &route.CertificateError{Host: "p", Self: true, Err: errors.New("unknown")},
	"key_failed":        proof.ErrSign, "proof_address": proof.ErrAddress,
	"session_lost": &account.EndedError{Why: session.EndedLost},
	"once_more":    openid.ErrOnceMore, "about_to_sleep": account.ErrSleeping, "person_needed": session.ErrPersonNeeded,
	"not_renewable": account.ErrNotRenewable,
	"step_up":       &account.StepUpError{},
	"session_limit": &account.EndedError{Why: session.EndedExpired},
	"session_idle":  &account.EndedError{Why: session.EndedIdle},
	"no_such_api":   account.ErrNoAPI,
	"api_token":     &session.APIError{API: "orders", Err: openid.ErrAPIToken},
	"api_refused": &session.APIError{
		API: "orders", Err: &openid.AnswerError{Kind: openid.ErrTokenEndpoint, Code: "invalid_target"},
	},
}

// Every code has an error in the list above that leads to it, so no code is unused.
func TestEveryCodeIsReached(t *testing.T) {
	for _, p := range problem.All("Acme ID") {
		if codes[p.Code] == nil {
			t.Errorf("no error is known to lead to %s", p.Code)
		}
	}
}

func TestCodes(t *testing.T) {
	for want, err := range codes {
		p := problem.From(fmt.Errorf("wrapped: %w", err), "Acme ID")
		if p.Code != want {
			t.Errorf("%v is %s, want %s", err, p.Code, want)
		}
		if p.Title == "" || p.Message == "" || p.Hint == "" || len(p.Actions) == 0 ||
			strings.Contains(p.Title+p.Message+p.Hint, "{provider}") {
			t.Errorf("%s is not in full words: %+v", want, p)
		}
	}
}

// Every sentinel of the packages has words of its own: a new one that has none ends
// here, not on a person's screen.
func TestEverySentinelIsInTheTable(t *testing.T) {
	table, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	// These are shown as a part of another error, or never shown.
	elsewhere := map[string]bool{
		"openid.ErrStatus": true, "openid.ErrRevocation": true, "openid.ErrLogout": true, "session.ErrEnded": true,
		"route.ErrReach": true, "route.ErrSignIn": true, "route.ErrRefused": true, // by their types
		"route.ErrScript": true, "route.ErrPlain": true,
		"route.ErrGuard": true, // of pictures alone
	}
	n := 0
	for _, pkg := range []string{
		"account", "openid", "vault", "loopback", "browser", "session", "proof", "proxy/route", "autostart",
	} {
		files, _ := filepath.Glob("../" + pkg + "/*.go")
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil || strings.HasSuffix(path, "_test.go") {
				continue
			}
			ast.Inspect(file, func(node ast.Node) bool {
				spec, ok := node.(*ast.ValueSpec)
				if !ok {
					return true
				}
				for _, name := range spec.Names {
					full := filepath.Base(pkg) + "." + name.Name
					if !strings.HasPrefix(name.Name, "Err") || elsewhere[full] {
						continue
					}
					n++
					if !strings.Contains(string(table), full) {
						t.Errorf("%s has no words", full)
					}
				}
				return true
			})
		}
	}
	if n < 50 {
		t.Errorf("%d sentinels were read", n)
	}
}

func TestWhatTheErrorKnows(t *testing.T) {
	p := problem.From(&openid.ClockError{Err: openid.ErrExpired, Off: 20 * time.Minute}, "Acme ID")
	if !strings.Contains(p.Message, "20m0s ahead of Acme ID") || !strings.Contains(p.Hint, "clock") {
		t.Errorf("%+v", p)
	}
	p = problem.From(&openid.AnswerError{
		Kind: openid.ErrAccessDenied, Code: "access_denied", Description: "not assigned",
	}, "acme")
	if !strings.Contains(p.Message, "Acme says: “not assigned”") {
		t.Errorf("%+v", p)
	}
	p = problem.From(&loopback.PortError{Ports: []int{8085, 8086}, Err: errors.New("in use")}, "Acme ID")
	if !strings.Contains(p.Message, "8085 8086") ||
		!strings.Contains(p.Admin, "redirect_ports (LATCHKEY_REDIRECT_PORTS)") {
		t.Errorf("%+v", p)
	}
	if p = problem.From(&vault.SetAsideError{Path: "/data/vault.x", Reason: vault.ErrDamaged},
		""); !strings.Contains(p.Message, "/data/vault.x") {
		t.Errorf("%+v", p)
	}
}

// Each check of what a provider says has words of its own, not those of its row.
func TestEveryCheckHasItsOwnWords(t *testing.T) {
	seen := map[string]error{}
	for _, err := range []error{
		openid.ErrMalformed, openid.ErrHeader, openid.ErrAlgorithm, openid.ErrCritical, openid.ErrSignature,
		openid.ErrUnknownKey,
		openid.ErrDoubledClaim,
		openid.ErrBrokenKey, openid.ErrTimeClaim, openid.ErrDiscoveryTemplate, openid.ErrMember, openid.ErrRedirect,
		openid.ErrWebPage, openid.ErrBrokenJSON,
		openid.ErrIssuer, openid.ErrAudience, openid.ErrExtraAudience, openid.ErrAZP, openid.ErrExpired,
		openid.ErrIssuedAt, openid.ErrNotBefore,
		openid.ErrNonce, openid.ErrATHash, openid.ErrSubject, openid.ErrAuthTime, openid.ErrACR, openid.ErrTenant,
		openid.ErrOtherPerson,
		openid.ErrUserinfo, openid.ErrUserinfoSubject, openid.ErrContinuity, openid.ErrState,
		openid.ErrDoubledParameter, openid.ErrAnswerShape,
		openid.ErrAnswerIssuer, openid.ErrAnswerNoIss, openid.ErrTokenType, openid.ErrTokenAnswer, openid.ErrNoIDToken,
		openid.ErrKeys,
		openid.ErrDiscoveryIssuer, openid.ErrPlainHTTP, openid.ErrEndpoint, openid.ErrBodyTooLarge, openid.ErrTLS,
		openid.ErrHandshake,
		openid.ErrNetwork, openid.ErrTimeout, openid.ErrDeviceDeclined, openid.ErrDeviceExpired,
		openid.ErrDeviceUnsupported,
	} {
		p := problem.From(fmt.Errorf("wrapped: %w", err), "Acme ID")
		if other, twice := seen[p.Title+p.Message]; twice {
			t.Errorf("%v and %v are told in the same words: %s", err, other, p.Message)
		}
		seen[p.Title+p.Message] = err
	}
}

// When the keys could not be fetched anew, the words do not say that the token is false.
func TestNoVerdictIsToldAsNone(t *testing.T) {
	p := problem.From(fmt.Errorf("%w: %w", openid.ErrKeys, openid.ErrSignature), "Acme ID")
	if p.Code != "keys_unavailable" || strings.Contains(p.Message, "false") {
		t.Errorf("%+v", p)
	}
}

// A refusal by the person at the provider and a refusal by a rule are told apart, by the providers' own words.
func TestWhoHasSaidNo(t *testing.T) {
	for description, want := range map[string]string{
		"": "declined", "User cancelled the login.": "declined",
		"The resource owner or authorization server denied the request.": "declined",
		"the user denied the consent":                                    "declined",
		"User did not authorize the request":                             "declined",
		"User declined to consent to access the app.":                    "declined",
		"AADSTS65004: User declined to consent to access the app.":       "declined",
		"End-User aborted interaction":                                   "declined", "consent denied": "declined",
		"User is not assigned to the client application.": "access_denied",
		"Blocked by the rule of the day.":                 "access_denied",
		"Too many wrong passwords.":                       "access_denied",
		"AADSTS50105: not assigned":                       "access_denied", "user is blocked": "access_denied",
	} {
		p := problem.From(&openid.AnswerError{
			Kind: openid.ErrAccessDenied, Code: "access_denied", Description: description,
		}, "Acme ID")
		if p.Code != want || p.Code == "declined" && strings.Contains(p.Title+p.Message, "refused") {
			t.Errorf("%q: %+v", description, p)
		}
	}
}

// The advice for a provider's own error text goes before the general advice.
func TestAProvidersWordsAreExplained(t *testing.T) {
	for _, c := range []struct {
		kind              error
		code, description string
		message, hint     string
	}{
		{
			openid.ErrAnswer, "invalid_request", "AADSTS50011: no reply address", "not registered",
			"Mobile and desktop applications",
		},
		{openid.ErrTokenEndpoint, "invalid_client", "", "does not know the client", "client_id"},
		{
			openid.ErrAccessDenied, "access_denied", "User is not assigned to the client application.", "not assigned",
			"Assignments",
		},
		{openid.ErrAccessDenied, "access_denied", "Blocked by a rule.", "did not let you in", "no policy forbids it"},
		{openid.ErrAnswer, "nobody_knows", "", "before you could sign in", "Check client ID"},
	} {
		p := problem.From(&openid.AnswerError{Kind: c.kind, Code: c.code, Description: c.description}, "Acme ID")
		if !strings.Contains(p.Message, c.message) || !strings.Contains(p.Admin, c.hint) ||
			!strings.Contains(p.Hint, "administrator") ||
			!strings.Contains(p.Message, strings.TrimSuffix(c.description, ".")) {
			t.Errorf("%+v", p)
		}
	}
}
