package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/problem"
)

// Exit codes.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitNobody    = 3
	exitCancelled = 4
)

// usageError is a mistake in the command line or in the settings.
type usageError struct{ err error }

// Error is the mistake.
func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns the mistake.
func (e *usageError) Unwrap() error { return e.err }

// worded is a failure that the command line alone knows, with its words.
type worded struct{ problem.Problem }

// Error is the title.
func (e *worded) Error() string { return e.Title }

// profile is what --json prints of a person. Times are RFC 3339, null when not
// known.
type profile struct {
	Issuer          string  `json:"issuer"`
	Subject         string  `json:"sub"`
	Name            string  `json:"name"`
	Email           string  `json:"email"`
	EmailVerified   bool    `json:"email_verified"`
	Picture         string  `json:"picture"`
	Expiry          *string `json:"expiry"`
	SignedInAt      *string `json:"signed_in_at"`
	IDTokenVerified bool    `json:"id_token_verified"`
	Renewable       bool    `json:"renewable"`

	Provider     string   `json:"provider"` // its name, as it was at the sign-in
	Organization string   `json:"organization"`
	Roles        []string `json:"roles"`
	How          string   `json:"how"` // such as "with SSO"
	RefreshedAt  *string  `json:"refreshed_at"`
	EndsAt       *string  `json:"ends_at"` // when the session ends at the latest
	Key          string   `json:"key"`     // that the session is tied to: "TPM", "Secure Enclave", "software", or ""
	Bound        string   `json:"bound"`   // what is tied to it: "tokens", "renewal", or ""
}

// boundOf is what is tied to the session's key.
func boundOf(b account.Binding) string {
	switch {
	case b.Key == "":
		return ""
	case b.Access:
		return "tokens"
	}
	return "renewal"
}

func profileOf(p account.Account) profile {
	says := personOf(p)
	return profile{
		Issuer: p.Key.Issuer, Subject: p.Key.Subject, Name: nameOf(p), Email: p.Profile.Email,
		EmailVerified: p.Profile.EmailVerified, Picture: p.Profile.Picture,
		IDTokenVerified: p.IDTokenVerified, Renewable: p.CanRefresh,
		Provider: providerOf(p), Organization: says.Organization, Roles: append([]string{}, says.Roles...),
		How: says.How, Key: p.Binding.Key, Bound: boundOf(p.Binding),
		Expiry: stamp(p.Expiry), SignedInAt: stamp(p.SignedInAt), RefreshedAt: stamp(p.Refreshed),
		EndsAt: stamp(p.Ends),
	}
}

// nameOf is what a person is called.
func nameOf(p account.Account) string {
	return claims.Name(p.Profile.Name, p.Profile.Email, p.Key.Subject)
}

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Format(time.RFC3339))
}

// object prints one JSON object on standard output.
func (c *command) object(v any) error {
	enc := json.NewEncoder(cleantext.JSONLines(c.stdout))
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// failure is what --json prints of an error.
type failure struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"error"`
}

// fail shows what went wrong and returns the exit code.
func (c *command) fail(err error) int {
	p := problem.From(err, c.name)
	var own *worded
	if errors.As(err, &own) {
		p = own.Problem
	}
	if p.Code == "device_expired" { // there is no button here
		p.Hint = "Run latchkeyctl signin --device again: it shows a new code."
	}
	c.show(p)
	switch {
	case problem.Ends(err):
		return exitNobody
	case p.Code == "cancelled", p.Code == "declined", p.Code == "timed_out", p.Code == "device_expired",
		errors.Is(err, context.Canceled):
		return exitCancelled
	case p.Code == "bad_settings", p.Code == "not_configured":
		return exitUsage
	}
	if c.log != nil && !c.logged {
		c.log.Error("command.failed", "problem", p.Code, "err", err)
	}
	return exitFailed
}

// failUsage shows a mistake in the command line or the settings.
func (c *command) failUsage(err error) int {
	p := problem.From(err, c.name)
	if p.Code == "internal" {
		p = problem.Problem{
			Code: "usage", Title: "That command cannot be used", Message: fullStop(sentence(err.Error())),
			Hint: "See latchkeyctl --help.",
		}
	}
	c.show(p)
	return exitUsage
}

// advice is what to do, as it fits a terminal: there is no button to copy with, and who
// uses one reads the advice for administrators too.
func advice(p problem.Problem) string {
	var out []string
	for _, line := range append(strings.SplitAfter(p.Hint, ". "), p.Admin) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "Copy for support") {
			out = append(out, line)
		}
	}
	return strings.Join(out, " ")
}

// show says what went wrong in three lines: what, why, what to do.
func (c *command) show(p problem.Problem) {
	p.Hint = advice(p)
	c.sayStrong(oneLine(p.Title) + ".") // names in it were written by strangers
	for _, line := range []string{p.Message, p.Hint} {
		if line != "" {
			c.say("%s", oneLine(line))
		}
	}
	if c.verbose && p.Detail != "" {
		c.say("(%s: %s)", p.Code, oneLine(p.Detail))
	}
	if c.json {
		var f failure
		f.Error.Code, f.Error.Message, f.Error.Hint = p.Code, fmt.Sprintf("%s. %s", p.Title, p.Message), p.Hint
		_ = c.object(f)
	}
}
