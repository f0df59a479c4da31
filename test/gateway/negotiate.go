package gateway

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/service"
	"github.com/jcmturner/gokrb5/v8/spnego"
)

// Negotiate admits a request with a Kerberos ticket for the service of the keytab (RFC 4559).
func Negotiate(keys *keytab.Keytab) func(http.ResponseWriter, *http.Request) bool {
	verify := spnego.SPNEGOService(keys, service.DecodePAC(false))
	return func(w http.ResponseWriter, r *http.Request) bool {
		text, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Negotiate ")
		raw, err := base64.StdEncoding.DecodeString(text)
		var token spnego.SPNEGOToken
		if err == nil && len(raw) > 0 && token.Unmarshal(raw) == nil {
			if ok, _, status := verify.AcceptSecContext(&token); ok && status.Code == gssapi.StatusComplete {
				return true
			}
		}
		w.Header().Set("Proxy-Authenticate", "Negotiate")
		w.WriteHeader(http.StatusProxyAuthRequired)
		return false
	}
}
