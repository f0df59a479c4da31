package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"app.latchkey/internal/proxy/route"
)

// proxy says which way the provider is reached and who decided so, and reports whether
// the way goes on.
func (r *round) proxy(ctx context.Context) bool {
	r.way, _ = r.o.Explain(ctx, r.address()) // the address was checked when it was loaded
	if r.blamed("proxy", Fail, r.netErr) {
		return false
	}
	r.chosen("proxy", r.way)
	return true
}

// ways says the same of the provider's other addresses; the checks after this one ask them.
func (r *round) ways(ctx context.Context) {
	if r.meta == nil {
		return
	}
	told := []string{originOf(r.address())}
	for _, address := range []string{
		r.meta.AuthURL, r.meta.TokenURL, r.meta.JWKSURL, r.meta.UserInfoURL, r.meta.RevocationURL,
		r.meta.EndSessionURL, r.meta.DeviceAuthURL,
	} {
		origin := originOf(address)
		if address == "" || slices.Contains(told, origin) {
			continue
		}
		told = append(told, origin)
		if way, err := r.o.Explain(ctx, address); err == nil {
			r.chosen("proxy."+hostOf(address), way)
		}
	}
}

// chosen tells the way of one address.
func (r *round) chosen(id string, way route.Choice) {
	switch {
	case errors.Is(way.Err, route.ErrSetting):
		r.fail(id, "The proxy that is set is no address", way.Source+" names it: "+reason(way.Err),
			"Set "+placeOf(way.NamedBy())+" to an address such as http://proxy.acme.example:3128.")
	case way.Err != nil:
		r.warn(id, "The proxy script did not decide, so that the way is a direct one", reason(way.Err))
	case way.Proxied():
		r.pass(id, "Requests go through a proxy", way.String())
	default:
		r.pass(id, "No proxy stands in between", way.String())
	}
}

// blamed tells of an error that came of the way to a server, in place of what is said of
// the server itself, and reports whether it was one.
func (r *round) blamed(id string, status Status, err error) bool {
	reach, unreached := errors.AsType[*route.ReachError](err)
	signIn, unknown := errors.AsType[*route.SignInError](err)
	refused, isRefused := errors.AsType[*route.RefusedError](err)
	seen, distrusted := errors.AsType[*route.CertificateError](err)
	f := Finding{ID: id, Status: status}
	switch {
	case unknown:
		f.Title, f.Advice = "The proxy wants a sign-in", r.password(signIn)
		f.Detail = fmt.Sprintf("%s, named by %s, asks for %s; %s", signIn.Proxy, signIn.Source,
			strings.Join(signIn.Schemes, ", "), strings.Join(signIn.Tried, "; "))
	case isRefused && refused.Portal():
		f.Title, f.Detail = "The network wants a sign-in in a browser first", said(refused.Proxy, refused.Answer())
		f.Advice = "Open any web page in a browser, sign in to the network there, then try again."
	case isRefused:
		f.Title = "The proxy refused the way, and the provider was not asked"
		f.Detail = fmt.Sprintf("%s, named by %s, made no connection to %s: %s", refused.Proxy, refused.Source,
			refused.Target, refused.Answer())
		f.Advice = "Have " + refused.Target + " allowed at the proxy: ask whoever runs it. " +
			"If the address is reached without it, name it among the exceptions of " + placeOf(refused.Source) + "."
	case unreached:
		f.Title, f.Detail = "The proxy cannot be reached",
			fmt.Sprintf("%s, named by %s: %v", reach.Proxy, reach.Source, last(reach.Err))
		f.Advice = "Correct " + placeOf(reach.Source) + ", start the proxy, or take the address out of its way " +
			"(NO_PROXY, the desktop's exceptions) if it is reached without."
	case distrusted && seen.Self:
		f.Title, f.Detail = "The proxy's own certificate is not trusted", whose(err)
		f.Advice = "Set ca_file{ours: (LATCHKEY_CA_FILE)} to the certificate of whoever issued it."
	case errors.Is(err, route.ErrScript):
		f.Title, f.Detail = "The proxy script did not decide, and the direct way fails", reason(err)
		f.Advice = "Tell whoever keeps the script; or name the proxy itself in the setting proxy{ours: " +
			"(LATCHKEY_PROXY)}."
	default:
		return false
	}
	r.add(f)
	return true
}

// password says how a proxy gets to know the person.
func (r *round) password(e *route.SignInError) string {
	const ask = " Ask whoever runs the network for it."
	by := e.Schemes
	switch where := placeOf(e.Source); {
	case slices.Contains(by, "negotiate") && !slices.Contains(by, "basic") && !slices.Contains(by, "ntlm"):
		return "Sign in to the company's network first (kinit, or the desktop's own sign-in), then try again: the " +
			"proxy takes a Kerberos ticket. Otherwise ask whoever runs it to let this computer through."
	case where == "HTTPS_PROXY" || where == "the setting proxy":
		return "Put the proxy's user and password into " + where + ", as http://user:password@" + e.Proxy + "." + ask
	}
	return "Set proxy{ours: (LATCHKEY_PROXY)} to http://user:password@" + e.Proxy + "." + ask
}

// placeOf names where a person corrects what decided.
func placeOf(source string) string {
	switch {
	case source == "the environment":
		return "HTTPS_PROXY"
	case strings.Contains(source, ", by "):
		return "the proxy script (" + source + ")"
	}
	return source
}

// reason is what a script or a setting failed of, without the words that stand in the title.
func reason(err error) string {
	if script, ok := errors.AsType[*route.ScriptError](err); ok {
		return fmt.Sprintf("%s: %v", script.Script, script.Err)
	}
	return strings.TrimPrefix(fmt.Sprint(err), route.ErrSetting.Error()+": ")
}

// originOf is scheme, host and port of an address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}
