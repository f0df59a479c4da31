package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/openid"
)

// discovery: the document is there, is one, and is about the issuer that was set.
func (r *round) discovery(context.Context) {
	way := []string{"proxy", "dns", "connection", "tls"}
	if r.asked == nil || r.p().NoDiscovery || slices.ContainsFunc(way, r.failed) {
		return
	}
	err := r.netErr
	at := r.address()
	switch {
	case err == nil:
		r.pass("discovery", "The provider describes itself", at)
		r.pass("issuer", "The issuer is the one in the settings", r.p().Issuer)
	case errors.Is(err, openid.ErrDiscoveryIssuer):
		r.pass("discovery", "The provider describes itself", at)
		r.fail("issuer", "The provider names another issuer than the settings",
			strings.TrimPrefix(err.Error(), openid.ErrDiscoveryIssuer.Error()+": "))
	default:
		r.undescribed(at, err)
	}
	if r.meta != nil {
		for _, fault := range r.meta.Ignored {
			r.warn("metadata", "An optional part of the provider's description cannot be used", fault)
		}
	}
}

// undescribed says why there is no description, each reason in words of its own.
func (r *round) undescribed(at string, err error) {
	member, incomplete := errors.AsType[*openid.MemberError](err)
	switch {
	case errors.Is(err, openid.ErrDiscoveryTemplate):
		r.fail("issuer", "The issuer is a template with a place left to fill",
			strings.TrimPrefix(err.Error(), openid.ErrDiscoveryTemplate.Error()+": "))
	case incomplete:
		advice := "Whoever runs the provider has to mend it."
		if member.Setting != "" {
			advice = "Set " + member.Setting + " in the settings, or have whoever runs the provider mend it."
		}
		r.fail("discovery", "The provider's description lacks what a sign-in needs", fmt.Sprintf("%s: %v", at, err),
			advice)
	case errors.Is(err, openid.ErrRedirect):
		r.fail("discovery", "The issuer's address sends to another one, and no redirect is followed",
			fmt.Sprintf("%s: %v", at, err))
	case errors.Is(err, openid.ErrWebPage):
		r.fail("discovery", "A web page came instead of the provider's description", at)
	case errors.Is(err, openid.ErrBrokenJSON):
		r.fail("discovery", "The provider's description is broken JSON", at)
	case errors.Is(err, openid.ErrTimeout):
		r.fail("discovery", "The provider does not answer in time", at)
	case errors.Is(err, openid.ErrPlainHTTP), errors.Is(err, openid.ErrEndpoint):
		r.fail("discovery", "The provider names an address that must not be used", err.Error())
	case errors.Is(err, openid.ErrStatus):
		r.fail("discovery", "There is no description at the issuer's address", fmt.Sprintf("%s: %v", at, last(err)))
	case errors.Is(err, openid.ErrDiscovery):
		r.fail("discovery", "The description is not one of an OpenID Connect provider", fmt.Sprintf("%s: %v", at, err))
	default:
		r.fail("discovery", "The description could not be fetched", err.Error())
	}
}

func (r *round) algorithms(context.Context) {
	if r.meta == nil || r.p().NoIDToken || r.p().NoDiscovery {
		return
	}
	listed := r.meta.Algorithms
	if !openid.UsableAlgorithm(listed) {
		r.fail("algorithms", "The provider signs ID tokens in no way that proves anything", strings.Join(listed, ", "))
		return
	}
	r.pass("algorithms", "ID tokens are signed in a way that can be verified", strings.Join(listed, ", "))
}

func (r *round) keys(ctx context.Context) {
	if r.meta == nil || r.p().NoIDToken {
		return
	}
	keys, faults, err := r.asked.Keys(ctx)
	switch {
	case r.blamed("keys", Fail, err):
	case err != nil:
		r.fail("keys", "The provider's keys cannot be fetched", fmt.Sprintf("%s: %v", r.meta.JWKSURL, last(err)))
	case len(keys) == 0:
		detail := r.meta.JWKSURL
		for _, f := range faults {
			detail += "; " + f.String()
		}
		r.fail("keys", "None of the provider's keys can verify a signature", detail)
	default:
		r.pass("keys", "The provider's signing keys can be used", strings.Join(keys, ", "))
	}
	for _, f := range faults {
		switch {
		case f.Published:
			r.fail("keys.private", "The provider publishes the private part of a key", f.String())
		case len(keys) > 0:
			r.warn("keys", "One of the provider's keys cannot be used", f.String())
		}
	}
}

// drift is the least difference of the clocks that is worth a word: Date has whole
// seconds, and the answer was on its way.
const drift = 30 * time.Second

func (r *round) clock(context.Context) {
	if r.asked == nil {
		return
	}
	off, known := r.asked.ClockOff()
	switch {
	case !known && r.netErr != nil:
	case !known:
		r.warn("clock", "The provider does not tell the time", "")
	case off.Abs() > r.p().Leeway:
		r.fail("clock", "This computer's clock and the provider's do not agree", wayOff(off))
	case off.Abs() > drift:
		r.warn("clock", "The clocks differ", wayOff(off))
	default:
		r.pass("clock", "The clocks agree", wayOff(off))
	}
}

func wayOff(off time.Duration) string {
	switch off = off.Round(time.Second); {
	case off > 0:
		return fmt.Sprintf("this one is %s ahead", off)
	case off < 0:
		return fmt.Sprintf("this one is %s behind", -off)
	}
	return "to the second"
}

func (r *round) pkce(context.Context) {
	if r.meta == nil {
		return
	}
	switch methods := r.meta.ChallengeMethods; {
	case slices.Contains(methods, "S256"):
		r.pass("pkce", "The provider checks PKCE with S256", "")
	case len(methods) > 0:
		r.fail("pkce", "The provider checks PKCE without S256", strings.Join(methods, ", "))
	case r.p().NoDiscovery || slices.Contains([]string{"entra", "google"}, r.p().Preset):
		r.pass("pkce", "PKCE with S256 is sent; this provider does not announce it", "")
	default:
		r.warn("pkce", "The provider does not say that it checks PKCE", "it is sent all the same")
	}
}
