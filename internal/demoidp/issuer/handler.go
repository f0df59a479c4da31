package issuer

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Endpoints are the paths that other sites may post to: the specifications let a client send a request by a form (OIDC
// Core §3.1.2.1, RP-Initiated Logout 1.0 §2).
func Endpoints() []string { return []string{"/authorize", "/end_session"} }

type tenantKey struct{}

// ServeHTTP answers the endpoints of the protocol.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case oidc.DiscoveryEndpoint:
		i.discovery(w, r)
		return
	case "/oauth/introspect", "/healthz", "/ready", "/authorize/callback":
		http.NotFound(w, r) // op would serve them; the demo does not
		return
	case "/userinfo":
		i.op.ServeHTTP(refusing{w}, r)
		return
	case "/authorize":
		// op drops parameters that it does not know.
		tenant := cmp.Or(r.FormValue("tenant"), r.FormValue("organization"))
		r = r.WithContext(context.WithValue(r.Context(), tenantKey{}, tenant))
	}
	i.op.ServeHTTP(&issuing{w, i.conf.Issuer}, r)
}

// refusing answers 401 with invalid_token to an access token that does not work (RFC 6750 §3.1). op answers 403, from
// which a client could not tell that a new access token helps.
type refusing struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w refusing) WriteHeader(status int) {
	if status == http.StatusForbidden {
		status = http.StatusUnauthorized
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.ResponseWriter.WriteHeader(status)
}

// discovery answers op's metadata with the members that op does not know, and without what the demo does not serve.
func (i *Issuer) discovery(w http.ResponseWriter, r *http.Request) {
	doc := op.CreateDiscoveryConfig(op.ContextWithIssuer(r.Context(), i.conf.Issuer), i.op, i.store)
	doc.ResponseTypesSupported, doc.ResponseModesSupported = []string{"code"}, []string{"query"}
	doc.GrantTypesSupported = i.conf.grants()
	doc.IntrospectionEndpoint = ""
	doc.IntrospectionEndpointAuthMethodsSupported, doc.IntrospectionEndpointAuthSigningAlgValuesSupported = nil, nil
	if i.conf.Device == 0 {
		doc.DeviceAuthorizationEndpoint = ""
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		*oidc.DiscoveryConfiguration
		Iss     bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
		Prompts []string `json:"prompt_values_supported"`
	}{doc, true, []string{oidc.PromptNone, oidc.PromptLogin, oidc.PromptSelectAccount}})
}

// issuing adds iss to every redirect that takes an answer to a client (RFC 9207 §2).
type issuing struct {
	http.ResponseWriter
	issuer string
}

// WriteHeader implements http.ResponseWriter.
func (w *issuing) WriteHeader(status int) {
	if to, err := url.Parse(w.Header().Get("Location")); err == nil && status/100 == 3 && to.Host != "" &&
		to.Scheme+"://"+to.Host != w.issuer {
		q := to.Query()
		if q.Has("code") || q.Has("error") {
			q.Set("iss", w.issuer)
			to.RawQuery = q.Encode()
			w.Header().Set("Location", to.String())
		}
	}
	w.ResponseWriter.WriteHeader(status)
}
