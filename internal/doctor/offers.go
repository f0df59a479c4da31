package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// refresh: whether people stay signed in for longer than one access token.
func (r *round) refresh(context.Context) {
	if r.meta == nil || r.p().NoIDToken {
		return
	}
	p := r.p()
	lists := slices.Contains(r.meta.ScopesSupported, "offline_access")
	grants := r.meta.GrantTypes
	switch {
	case len(grants) > 0 && !slices.Contains(grants, "refresh_token"):
		r.warn("refresh", "The provider gives no refresh tokens", "grants: "+strings.Join(grants, ", "))
	case p.OfflineAccess == "off" && p.Preset == "oidc":
		r.warn("refresh", "No refresh token is asked for", "offline_access = \"off\"")
	case r.o.Learned.Consent == "useless" && p.Consent == "auto":
		r.warn("refresh", "Sessions cannot renew themselves",
			"the provider gave no refresh token, also when it was asked for consent")
	case r.o.Learned.Consent == "needed" && p.Consent == "auto":
		r.pass("refresh", "People can stay signed in",
			"the provider gives a refresh token only after it has asked for consent; each sign-in asks for it")
	case lists && p.Consent == "never":
		r.pass("refresh", "People can stay signed in",
			"without being asked for consent, if the provider gives refresh tokens so")
	case lists && p.Consent == "auto":
		r.pass("refresh", "People can stay signed in",
			"where no refresh token comes, the provider is asked for consent once")
	case lists || p.OfflineAccess == "on" || p.Preset != "oidc" || slices.Contains(grants, "refresh_token"):
		r.pass("refresh", "People can stay signed in", "")
	default:
		r.warn("refresh", "The provider does not list offline_access", "")
	}
}

// userinfo: names and pictures come from there where the ID token has none. Without it a sign-in
// stands all the same.
func (r *round) userinfo(ctx context.Context) {
	switch {
	case r.meta == nil || r.failed("keys"):
	case r.meta.UserInfoURL == "":
		r.pass("userinfo", "The provider has no userinfo endpoint: what is shown is what the ID token says", "")
	default:
		if err := r.asked.TryUserinfo(ctx); err != nil {
			status, tell := Warn, r.warn
			title := "The userinfo endpoint does not answer as one: names and pictures may be missing"
			if r.p().NoIDToken {
				status, tell, title = Fail, r.fail, "The endpoint that says who a person is does not answer as one"
			}
			if !r.blamed("userinfo", status, err) {
				tell("userinfo", title, fmt.Sprintf("%s: %v", r.meta.UserInfoURL, err))
			}
			return
		}
		r.pass("userinfo", "The userinfo endpoint answers", hostOf(r.meta.UserInfoURL))
	}
}

// revocation asks as a sign-out would, with a token that was never given.
func (r *round) revocation(ctx context.Context) {
	switch {
	case r.meta == nil:
	case !r.asked.Offers().Revocation:
		r.pass("revocation", "The provider has no way to revoke tokens: they end by themselves after a sign-out", "")
	default:
		if err := r.asked.TryRevoke(ctx); err != nil {
			if r.blamed("revocation", Warn, err) {
				return
			}
			r.warn("revocation", "The revocation endpoint does not answer as one: tokens outlive a sign-out",
				fmt.Sprintf("%s: %v", r.meta.RevocationURL, err))
			return
		}
		r.pass("revocation", "A sign-out can revoke the tokens", hostOf(r.meta.RevocationURL))
	}
}

// logout asks the provider's sign-out page what a sign-out asks it.
func (r *round) logout(ctx context.Context) {
	if r.meta == nil {
		return
	}
	const title = "A sign-out can end the browser's session"
	at := hostOf(r.meta.EndSessionURL)
	switch style := r.p().LogoutStyle; {
	case !r.asked.Offers().EndSession:
		r.pass("logout", "The provider has no way to end the browser's session", "")
	case style != "auto" && style != "oidc":
		r.pass("logout", title, fmt.Sprintf("%s, logout_style is %s", at, style))
	case r.asked.TakesLogoutPOST(ctx):
		r.pass("logout", title, at+" takes POST, so the ID token stands in no address")
	case style == "oidc":
		r.warn("logout", "The provider's sign-out page takes no POST, and people would see its error page",
			at+", logout_style is oidc")
	default:
		r.pass("logout", title, at+" is opened by GET, without the ID token")
	}
}

// offers: what not every provider has, and nobody has to mend.
func (r *round) offers(context.Context) {
	if r.meta == nil {
		return
	}
	if r.asked.Offers().Device {
		r.pass("device", "A sign-in on another device is offered", hostOf(r.meta.DeviceAuthURL))
	} else {
		r.pass("device", "A sign-in on another device is not offered", "")
	}
	if r.meta.AnswerNamesIssuer {
		r.pass("rfc9207", "The provider names itself in its answers, and that is checked", "")
	} else {
		r.pass("rfc9207", "The provider does not name itself in its answers", "")
	}
}
