// Package problem turns errors into words that a person can act on: what
// happened, what it means, what to do next.
//
// It is one table from the errors of all packages to codes and texts. Both programs
// show nothing else of an error, so that no token, state or address can slip into
// a message; what a provider itself said is quoted cleaned and as the provider's.
// It decides nothing, and touches neither network, disk nor keychain.
package problem

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/loopback"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
	"app.latchkey/internal/settings"
)

// Problem is an error in words.
type Problem struct {
	Code    string   // stable, for programs and support
	Title   string   // what happened
	Message string   // what it means
	Hint    string   // what to do next, for the person
	Admin   string   // what to do, for an administrator; "" when the person can do it
	Detail  string   // for support; bears no secret
	Actions []string // what the window offers, the first one as the main thing
}

// Actions that the window can offer.
const (
	Retry         = "retry"          // the same again
	SignIn        = "signin"         // sign in anew
	OtherAccount  = "other_account"  // sign in, choosing another account at the provider
	Check         = "check"          // let the doctor look
	Folder        = "folder"         // show the folder of the settings
	SetUp         = "setup"          // set the provider up
	Dismiss       = "dismiss"        // go back to where one was
	Unlock        = "unlock"         // ask the system to unlock the keychain
	Passphrase    = "passphrase"     // type the vault's passphrase
	UsePassphrase = "use_passphrase" // protect the vault with a passphrase instead
	UseMemory     = "use_memory"     // keep nothing when the app ends
)

// From returns the problem of an error, for a reader of the window and the command line. An
// error that the table does not know is "internal", and its detail is its text.
func From(err error, providerName string) Problem { return from(err, providerName, false) }

// InCode is [From] for a program that has its provider in its code: it reads no settings,
// and no command line stands beside it.
func InCode(err error, providerName string) Problem { return from(err, providerName, true) }

func from(err error, providerName string, inCode bool) Problem {
	providerName = cmp.Or(providerName, "your provider")
	p := wordsOf(internal)
	for _, row := range table {
		if row.matches(err) {
			p = filled(row.words(err), providerName)
			enrich(&p, err, providerName)
			break
		}
	}
	p.Detail = err.Error()
	p.Hint, p.Admin = settings.ForReader(p.Hint, inCode), settings.ForReader(p.Admin, inCode)
	return p
}

// All returns one problem of each code, as it reads when nothing more is known: for
// whoever shows or documents every one of them.
func All(providerName string) []Problem {
	var out []Problem
	for _, p := range allWords() {
		p = filled(p, providerName)
		p.Hint, p.Admin = settings.ForReader(p.Hint, false), settings.ForReader(p.Admin, false)
		out = append(out, p)
	}
	return out
}

// enrich adds what only the error itself knows.
func enrich(p *Problem, err error, providerName string) {
	if wait, ok := errors.AsType[*openid.WaitError](err); ok && wait.Told != nil {
		told := From(wait.Told, providerName)
		p.Message += " Meanwhile: " + told.Title + ". " + told.Message
		p.Hint += " " + told.Hint
	}
	if broken, ok := errors.AsType[*loopback.BrokenError](err); ok {
		p.Message = "It is for this sign-in, but " + broken.Reason + "."
	}
	answer, answered := errors.AsType[*openid.AnswerError](err)
	if answered {
		advise(p, answer)
	}
	if p.Code == "declined" {
		if answer.Description == "" { // a provider's own no may come without a word as well
			p.Message = fmt.Sprintf("It ended at %s, and nothing has changed.", providerName)
			p.Hint += " If you did not cancel it, ask your administrator."
		}
		return
	}
	if answered {
		quote(p, answer, providerName)
	}
	if clock, ok := errors.AsType[*openid.ClockError](err); ok && clock.Off != 0 {
		way := "ahead of"
		if clock.Off < 0 {
			way = "behind"
		}
		p.Message = fmt.Sprintf("This computer's clock is %s %s %s's.", clock.Off.Abs().Round(time.Second), way,
			providerName)
		p.Hint, p.Admin = "Set the clock (date, time and time zone), then try again.", ""
	}
	if p.Code == "device_expired" && isAny(err, openid.ErrNetwork, openid.ErrTimeout, openid.ErrStatus) {
		p.Message = fmt.Sprintf("%s could not be asked whether the sign-in was finished on the other device.",
			sentence(providerName))
	}
	if member, ok := errors.AsType[*openid.MemberError](err); ok {
		incomplete(p, member, providerName)
	}
	if kind, ok := errors.AsType[*openid.TokenTypeError](err); ok {
		p.Message = fmt.Sprintf("Its tokens are of the type “%s”; this app uses Bearer tokens alone.", kind.Type)
	}
	way(p, err, providerName)
	here(p, err)
}

// quote adds what the provider itself said. An error that names no sign-in may be anybody's.
func quote(p *Problem, answer *openid.AnswerError, providerName string) {
	if errors.Is(answer, openid.ErrUnbound) {
		said := strings.TrimSuffix(answer.Code+": "+answer.Description, ": ")
		p.Message = fmt.Sprintf("It says: “%s”. ", strings.TrimRight(said, ". ")) + p.Message
	} else if answer.Description != "" {
		p.Message += fmt.Sprintf(" %s says: “%s”.", sentence(providerName), strings.TrimRight(answer.Description, ". "))
	}
}

// here adds what an error of this computer knows: ports, settings, accounts, folders and files.
func here(p *Problem, err error) {
	if port, ok := errors.AsType[*loopback.PortError](err); ok {
		p.Message = fmt.Sprintf("Another program uses every port that the sign-in may come back to: %v.", port.Ports)
	}
	if as[*settings.Error](err) {
		p.Message = err.Error()
	}
	if several, ok := errors.AsType[*account.AmbiguousError](err); ok {
		p.Message = "It fits " + strings.Join(several.Names(), " and ") + "."
	}
	if foreign, ok := errors.AsType[*ownfolder.ForeignError](err); ok {
		p.Message = fmt.Sprintf("%s belongs to %s, and you run this as root: files of root's in it would cost %s "+
			"their sign-in. Nothing was written.", foreign.Dir, foreign.Owner, foreign.Owner)
	}
	if asked, ok := errors.AsType[*account.StepUpError](err); ok {
		p.Message = stepUp(asked)
	}
	if errors.Is(err, account.ErrNotStored) {
		p.Message += " " + because(err)
	}
	if aside, ok := errors.AsType[interface {
		error
		SetAside() string
	}](err); ok {
		p.Message += " It is kept as " + aside.SetAside() + "."
	}
}

// stepUp says which API asks for a sign-in, and for what kind of it.
func stepUp(asked *account.StepUpError) string {
	who := cmp.Or(asked.API, asked.Origin)
	switch {
	case asked.Again:
		return fmt.Sprintf("%s still asks for it after you have signed in.", who)
	case asked.MaxAge == nil:
		return fmt.Sprintf("%s asks for a stronger sign-in than yours.", who)
	case *asked.MaxAge == 0:
		return fmt.Sprintf("%s asks you to sign in once more now.", who)
	}
	return fmt.Sprintf("%s asks for a sign-in that is no older than %s.", who, *asked.MaxAge)
}

// incomplete names the member of a discovery document, and the setting that cures.
func incomplete(p *Problem, e *openid.MemberError, providerName string) {
	p.Message = fmt.Sprintf("Its description of itself has no %s.", e.Member)
	if e.Fault != "" {
		p.Message = fmt.Sprintf("Its %s %s.", e.Member, e.Fault)
	}
	if e.Setting != "" {
		p.Admin = fmt.Sprintf("The setting %s can supply it, or whoever runs %s can correct it.", e.Setting,
			providerName)
	}
}

// because says why a session was not stored, in the words of the error's second row.
func because(err error) string {
	for _, row := range table {
		if row.code != "not_stored" && row.matches(err) {
			return wordsOf(row.code).Title + "."
		}
	}
	return ""
}

// advise says what the provider's own words mean and what mends it, where they are
// known. A person who said no needs no advice, but for what one provider means by it.
func advise(p *Problem, answer *openid.AnswerError) {
	a, known := provider.AdviceFor(answer.Code, answer.Description)
	refused := p.Code == "provider_error" || p.Code == "token_refused"
	if known && (refused || p.Code == "access_denied" && a.From != "any") {
		p.Message, p.Admin = a.Means, a.Do
		p.Hint = askAdministrator
		if a.Person {
			p.Hint, p.Admin = a.Do, ""
		}
	}
}

// Ends reports whether err means that nobody is signed in, or that a new sign-in
// is needed.
func Ends(err error) bool {
	return isAny(err, account.ErrNobody, account.ErrSessionEnded, account.ErrNotRenewable, session.ErrPersonNeeded,
		proof.ErrForeignKey, proof.ErrBlob)
}
