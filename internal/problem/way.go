package problem

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/proxy/route"
)

// portal reports whether a proxy answered with what is meant for a browser.
func portal(err error) bool {
	refused, ok := errors.AsType[*route.RefusedError](err)
	return ok && refused.Portal()
}

// proxyItself reports whether the certificate that is not trusted is the proxy's own.
func proxyItself(err error) bool {
	seen, ok := errors.AsType[*route.CertificateError](err)
	return ok && seen.Self
}

// shown makes what a proxy or a certificate says of itself fit to be shown.
func shown(text string) string { return cleantext.Line(text, 200) }

// way names the proxy and the certificate on the way to the provider.
func way(p *Problem, err error, providerName string) {
	refused, _ := errors.AsType[*route.RefusedError](err)
	switch p.Code {
	case "proxy_unreachable":
		reach, _ := errors.AsType[*route.ReachError](err)
		p.Message = fmt.Sprintf("%s is reached through the proxy %s, named by %s. It does not answer.",
			sentence(providerName), reach.Proxy, reach.Source)
	case "proxy_signin":
		signIn, _ := errors.AsType[*route.SignInError](err)
		password(p, signIn)
	case "proxy_refused":
		p.Message = fmt.Sprintf("The proxy %s, named by %s, made no connection to %s: %s. %s itself was not asked.",
			refused.Proxy, refused.Source, refused.Target, shown(refused.Answer()), sentence(providerName))
		p.Admin = fmt.Sprintf("Allow %s at the proxy %s.", refused.Target, refused.Proxy)
	case "network_signin":
		p.Message = fmt.Sprintf("The proxy %s, named by %s, answered with a page for a browser. %s itself was not "+
			"asked.", refused.Proxy, refused.Source, sentence(providerName))
	case "proxy_script":
		script, _ := errors.AsType[*route.ScriptError](err)
		p.Message = fmt.Sprintf("%s, named by %s, says no way: %s. Without a proxy %s cannot be reached.",
			script.Script, script.Source, shown(script.Err.Error()), providerName)
	case "proxy_certificate", "tls":
		if seen, ok := errors.AsType[*route.CertificateError](err); ok {
			certificate(p, seen)
		}
	}
}

// password says how the proxy gets to know the person: by what it takes, and by what was tried.
func password(p *Problem, e *route.SignInError) {
	p.Message = fmt.Sprintf("The proxy %s, named by %s, lets nobody through without a sign-in.", e.Proxy, e.Source)
	if e.Realm != "" {
		p.Message += fmt.Sprintf(" It calls itself “%s”.", shown(e.Realm))
	}
	p.Message += " It takes " + shown(strings.Join(e.Schemes, ", ")) + "."
	takes := func(scheme string) bool {
		return slices.ContainsFunc(e.Schemes, func(s string) bool { return strings.EqualFold(s, scheme) })
	}
	scheme := "http"
	if takes("socks") {
		scheme = "socks5"
	}
	tried := strings.Join(e.Tried, "; ")
	switch {
	case strings.Contains(tried, "basic was not") || strings.Contains(tried, "ntlm was not") ||
		strings.Contains(tried, "password were not"):
		p.Hint = "It did not accept the name and password. Correct them in the setting proxy, or ask whoever runs " +
			"this network for the right ones."
	case takes("basic"), takes("ntlm"), takes("socks"):
		p.Hint = "Ask whoever runs this network for a name and a password, and set proxy{ours: (LATCHKEY_PROXY)} to " +
			scheme + "://name:password@" + e.Proxy + "."
	case !takes("negotiate"):
		p.Hint = "Ask whoever runs this network to let this app through: it can answer Negotiate, NTLM and Basic alone."
	}
	if takes("negotiate") {
		p.Hint = "Sign in to your company's network (kinit, or the computer's company account), then try again. " +
			p.Hint
	}
	p.Admin = "Let this computer through at the proxy, or have the person sign in to it in one of these ways."
}

// certificate says whose certificate was seen, of what it fails, and which way it came.
func certificate(p *Problem, e *route.CertificateError) {
	by := "without a proxy"
	if !e.Way.Direct() {
		by = fmt.Sprintf("through the proxy %s, named by %s", e.Way.Address, e.Way.Source)
	}
	issuer := cmp.Or(shown(e.Issuer), "nobody")
	if e.Self {
		p.Message = fmt.Sprintf("The proxy %s, named by %s, showed a certificate that was issued by “%s”.",
			e.Way.Address, e.Way.Source, issuer)
		p.Admin = fmt.Sprintf("Set ca_file{ours: (LATCHKEY_CA_FILE)} to the certificate of “%s”.", issuer)
		return
	}
	invalid, _ := errors.AsType[x509.CertificateInvalidError](e.Err)
	switch {
	case as[x509.HostnameError](e.Err):
		p.Message = fmt.Sprintf("What answered for %s, %s, showed a certificate for another name, issued by “%s”.",
			e.Host, by, issuer)
		p.Admin = "Check the issuer's address. A network that wants a sign-in in a browser first answers so too."
	case invalid.Reason == x509.Expired:
		p.Message = fmt.Sprintf("What answered for %s, %s, showed a certificate that is not valid at this time, "+
			"issued by “%s”.", e.Host, by, issuer)
		p.Hint = "Check the date and the time of this computer. " + p.Hint
		p.Admin = "Have the certificate renewed."
	default:
		p.Message = fmt.Sprintf("What answered for %s, %s, showed a certificate that was issued by “%s”, whom this "+
			"computer does not trust.", e.Host, by, issuer)
		p.Admin = fmt.Sprintf("If “%s” is your company's own, which opens encrypted connections, set "+
			"ca_file{ours: (LATCHKEY_CA_FILE)} to its certificate.", issuer)
	}
}
