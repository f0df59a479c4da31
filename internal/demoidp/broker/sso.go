package broker

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
)

// sso sends the browser to the directory of the company that owns the domain of the email address (home realm
// discovery).
func (b *Broker) sso(w http.ResponseWriter, r *http.Request, v *visit, email string) {
	t, ok := b.conf.Cast.TenantOf(email)
	if !ok {
		b.page(w, http.StatusOK, v, "unknown-domain", struct {
			Visit, CSRF, Email, Domain string
			Tenants                    []cast.Tenant
		}{v.id, b.site.Proof(r, v.id), email, cast.DomainOf(email), b.conf.Cast.Tenants})
		return
	}
	b.toDirectory(w, r, v, t, email)
}

// toDirectory begins a sign-in at a company's directory, whose OpenID client the broker is.
func (b *Broker) toDirectory(w http.ResponseWriter, r *http.Request, v *visit, t cast.Tenant, email string) {
	party, err := b.party(r.Context(), t)
	if err != nil {
		b.conf.Log.Warn("demoidp.directory", "err", err)
		b.show(w, r, http.StatusBadGateway, v,
			signIn{email, "", "The directory of " + t.Name + " does not answer. Try again, or choose another way."})
		return
	}
	state, h := b.leave(v, t)
	opts := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(h.verifier), oauth2.SetAuthURLParam("nonce", h.nonce)}
	if email != "" {
		opts = append(opts, oauth2.SetAuthURLParam("login_hint", email))
	}
	// A request that demands a new sign-in demands it at the directory too.
	if req, ok := b.issuer.Request(v.request); ok && (req.Asks(oidc.PromptLogin) || req.MaxAge != nil) {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", oidc.PromptLogin))
	}
	// #nosec G710 -- the address is the other service's own
	http.Redirect(w, r, party.OAuthConfig().AuthCodeURL(state, opts...), http.StatusSeeOther)
}

type nonceKey struct{}

// party returns the broker's client at a company's directory, whose metadata is fetched at the first use.
func (b *Broker) party(ctx context.Context, t cast.Tenant) (rp.RelyingParty, error) {
	b.discovering.Lock()
	defer b.discovering.Unlock()
	if p, ok := b.parties[t.ID]; ok {
		return p, nil
	}
	p, err := rp.NewRelyingPartyOIDC(ctx, b.conf.Directory.URL, b.conf.DirectoryClient(t.ID), b.conf.Directory.Secret,
		b.url(pathSSO), []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail},
		rp.WithHTTPClient(b.http), rp.WithAuthStyle(oauth2.AuthStyleInHeader),
		rp.WithVerifierOpts(rp.WithSupportedSigningAlgorithms("ES256"), rp.WithNonce(func(ctx context.Context) string {
			nonce, _ := ctx.Value(nonceKey{}).(string)
			return nonce
		})))
	if err == nil {
		b.parties[t.ID] = p
	}
	return p, err
}

// ssoCallback takes the directory's answer.
func (b *Broker) ssoCallback(w http.ResponseWriter, r *http.Request) {
	h, ok := b.back(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	if q.Get("iss") != b.conf.Directory.URL { // RFC 9207 §2.4
		b.site.Wrong(w)
		return
	}
	switch says := clean(q.Get("error_description")); {
	case q.Get("error") == "":
	case says == issuer.ErrCancelled().Description:
		b.show(w, r, http.StatusOK, h.visit,
			signIn{Notice: "You cancelled at " + h.tenant.Name + ". Choose another way, or try again."})
		return
	default:
		b.refused(w, r, h, says)
		return
	}
	p, at, err := b.askDirectory(r.Context(), h, q)
	if err != nil {
		b.conf.Log.Warn("demoidp.directory", "err", err)
		b.refused(w, r, h, "")
		return
	}
	b.arrive(w, r, h.visit, p, at, "sso")
}

// askDirectory exchanges the code and verifies the ID token: signature, issuer, audience, times, nonce and at_hash. The
// person must be a member of the hop's company. at is when they signed in at the directory.
func (b *Broker) askDirectory(ctx context.Context, h *hop, q url.Values) (p cast.Person, at time.Time, err error) {
	party, err := b.party(ctx, h.tenant)
	if err != nil {
		return p, at, err
	}
	ctx = context.WithValue(ctx, nonceKey{}, h.nonce)
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, q.Get("code"), party, rp.WithCodeVerifier(h.verifier))
	if err != nil {
		return p, at, err
	}
	p, ok := b.conf.Cast.Person(tokens.IDTokenClaims.Subject)
	if !ok || p.Tenant != h.tenant.ID {
		return p, at, errUnknownMember
	}
	return p, tokens.IDTokenClaims.AuthTime.AsTime(), nil
}

// refused shows that the directory refused the person, and what they can do.
func (b *Broker) refused(w http.ResponseWriter, r *http.Request, h *hop, says string) {
	v := h.visit
	b.mu.Lock()
	v.says = strings.TrimSpace(h.tenant.Name + ": " + says)
	b.mu.Unlock()
	b.page(w, http.StatusOK, v, "refused", struct {
		Visit, CSRF, Tenant, Says string
		Unassigned                bool
	}{v.id, b.site.Proof(r, v.id), h.tenant.Name, says, strings.Contains(says, "not assigned")})
}

// clean keeps the characters that an error description may have (RFC 6749 §4.1.2.1), and at most 200 of them.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, text)
	return text[:min(len(text), 200)]
}
