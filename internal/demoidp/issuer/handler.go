package issuer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// Endpoints are those that other sites may post to: the specifications let a client
// send a request by a form (OIDC Core §3.1.2.1, RP-Initiated Logout 1.0 §2).
func Endpoints() []string { return []string{"/authorize", "/end_session"} }

type tenantKey struct{}

// ServeHTTP answers the endpoints of the protocol.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case oidc.DiscoveryEndpoint:
		i.discovery(w, r)
		return
	case "/oauth/introspect", "/healthz", "/ready", "/authorize/callback":
		http.NotFound(w, r) // op's, not ours
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

// refusing says that a token is not good as RFC 6750 §3.1 has it; op answers 403
// then, by which a client would not know that a fresh token helps.
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

// discovery says what op does not know of, and leaves out what is not served.
func (i *Issuer) discovery(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	i.op.ServeHTTP(rec, r)
	var doc map[string]any
	if rec.status != http.StatusOK || json.Unmarshal(rec.body.Bytes(), &doc) != nil {
		http.Error(w, "No discovery.", http.StatusInternalServerError)
		return
	}
	doc["authorization_response_iss_parameter_supported"] = true
	doc["prompt_values_supported"] = []string{"none", "login", "select_account"}
	doc["response_types_supported"] = []string{"code"}
	doc["response_modes_supported"] = []string{"query"}
	maps.DeleteFunc(doc, func(name string, _ any) bool { return strings.HasPrefix(name, "introspection") })
	grants := []string{"authorization_code", "refresh_token"}
	if i.conf.Device > 0 {
		grants = append(grants, string(oidc.GrantTypeDeviceCode))
	} else {
		delete(doc, "device_authorization_endpoint")
	}
	doc["grant_types_supported"] = grants
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(doc)
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// issuing adds iss to every answer that leaves for a client (RFC 9207 §2).
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
