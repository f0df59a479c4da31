package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
)

// redirects asks the provider, as a browser would in which nobody is signed in,
// whether it knows the client and each address that a sign-in may come back to.
func (r *round) redirects(ctx context.Context) {
	if r.meta == nil || r.failed("keys") {
		return
	}
	for _, address := range r.free {
		if !r.redirect(ctx, address) {
			return // the other ports would be said to be the same
		}
	}
}

func (r *round) redirect(ctx context.Context, address string) bool {
	undecided := []string{"server_error", "temporarily_unavailable", "access_denied"}
	back, err := r.asked.TryAuthorize(ctx, address)
	answer, answered := errors.AsType[*openid.AnswerError](err)
	page, isPage := errors.AsType[*openid.PageError](err)
	switch {
	case r.blamed("redirect", Warn, err):
	case err == nil && r.saysNothing(ctx, back):
		r.warn("redirect", "This provider does not tell beforehand whether the redirect address is registered",
			address+" is answered as an address that nobody can have registered",
			r.register(address)+" Then try a sign-in.")
		return false
	case err == nil:
		r.pass("redirect", "The provider takes the request of a sign-in", address)
		return true
	case errors.Is(err, openid.ErrAnswerIssuer), errors.Is(err, openid.ErrAnswerNoIss):
		r.fail("redirect", "The provider's answer does not name its issuer as announced", err.Error())
	case answered && slices.Contains(undecided, answer.Code):
		r.warn("redirect", "Whether the provider takes the request could not be told",
			said(answer.Code, answer.Description), advice(answer, "Try a sign-in."))
	case answered && errors.Is(err, openid.ErrPushed) && strings.Contains(answer.Description, "redirect"):
		r.fail("redirect", "The provider does not know the redirect address",
			said(answer.Code, answer.Description), advice(answer, "")+" "+r.register(address))
	case answered:
		r.fail("redirect", "The provider refuses the request of a sign-in", said(answer.Code, answer.Description),
			advice(answer, "Compare client_id and scopes with the provider's console."))
	case isPage && page.Status < 500:
		r.fail("redirect", "The provider does not know the client or the redirect address",
			fmt.Sprintf("%s for client %s: HTTP %d %s", address, r.p().ClientID, page.Status,
				cleantext.Line(page.Text, 160)),
			advice(&openid.AnswerError{Description: page.Text}, "Compare client_id with the provider's console.")+
				" "+r.register(address))
	default:
		r.warn("redirect", "Whether the provider takes the request could not be told", fmt.Sprint(last(err)))
	}
	return false
}

// saysNothing asks once more with a redirect address that cannot be registered. Where that is
// answered in the same way, the first answer said nothing of the address.
func (r *round) saysNothing(ctx context.Context, back bool) bool {
	other, err := r.asked.TryAuthorize(ctx, openid.UnregisteredRedirect())
	return errors.Is(err, openid.ErrNetwork) || errors.Is(err, openid.ErrTimeout) || err == nil && other == back
}

// register says what to enter at the provider. A port that the system has chosen for this run is no
// part of it.
func (r *round) register(address string) string {
	u, err := url.Parse(address)
	chosen := func(port int) bool { return strconv.Itoa(port) == u.Port() }
	if err != nil || slices.ContainsFunc(r.p().RedirectPorts, chosen) {
		return "Register exactly " + address + " for client " + r.p().ClientID + "."
	}
	u.Host = u.Hostname()
	return "Register exactly " + u.String() + " for client " + r.p().ClientID + ", with any port; " +
		"where the provider compares the port, set redirect_ports to the registered ones."
}

// client asks the token endpoint for a code that was never given: how it refuses
// tells whether it knows the client.
func (r *round) client(ctx context.Context) {
	if r.meta == nil || r.failed("keys") {
		return
	}
	address := "http://127.0.0.1" + r.p().RedirectPath
	if len(r.free) > 0 {
		address = r.free[0]
	}
	err := r.asked.TryToken(ctx, address)
	answer, answered := errors.AsType[*openid.AnswerError](err)
	switch {
	case r.blamed("client", Fail, err):
	case err == nil && r.takesAnyClient(ctx, address):
		r.warn("client", "The token endpoint does not tell beforehand whether it knows the client",
			"it answers another one alike",
			"Compare "+r.credentials()+" with the provider's console, and try a sign-in.")
	case err == nil:
		r.pass("client", "The token endpoint knows the client", "")
	case answered && refusesClient(answer):
		r.fail("client", "The token endpoint refuses the client", said(answer.Code, answer.Description),
			advice(answer, "Compare client_id and client_secret with the provider's console."))
	case answered:
		r.warn("client", "Whether the token endpoint knows the client could not be told",
			said(answer.Code, answer.Description))
	default:
		r.fail("client", "The token endpoint does not answer as one", fmt.Sprintf("%s: %v", r.meta.TokenURL, last(err)))
	}
}

// takesAnyClient asks once more as somebody else. Where that is answered in the same way, the first
// answer said nothing. For a client without a secret the answer of the authorization endpoint is
// enough.
func (r *round) takesAnyClient(ctx context.Context, address string) bool {
	if r.p().ClientSecret.IsZero() && r.passed("redirect") {
		return false
	}
	err := r.asked.TryTokenAsAnother(ctx, address)
	return err == nil || errors.Is(err, openid.ErrNetwork) || errors.Is(err, openid.ErrTimeout)
}

// credentials are the settings by which the token endpoint knows the client.
func (r *round) credentials() string {
	if r.p().ClientSecret.IsZero() {
		return "client_id"
	}
	return "client_id and client_secret"
}

// refusesClient: a code of its own, or a text that one provider has for it.
func refusesClient(a *openid.AnswerError) bool {
	known, ok := provider.AdviceFor(a.Code, a.Description)
	codes := []string{"invalid_client", "unauthorized_client", "incorrect_client_credentials"}
	return slices.Contains(codes, a.Code) || ok && known.From != "any"
}

// advice is the table's fix for what the provider said.
func advice(answer *openid.AnswerError, otherwise string) string {
	if a, ok := provider.AdviceFor(answer.Code, answer.Description); ok {
		return a.Means + " " + a.Do
	}
	return otherwise
}

func said(code, description string) string {
	if description == "" {
		return code
	}
	return code + ": " + description
}
