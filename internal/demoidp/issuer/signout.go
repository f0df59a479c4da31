package issuer

import (
	"context"
	"crypto/rand"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// signOut is a client's request to end the browser's session.
type signOut struct {
	back    string // where the browser goes then; empty for nowhere
	created time.Time
}

// TerminateSession does nothing: op calls TerminateSessionFromRequest.
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// TerminateSessionFromRequest ends nothing yet. It notes the request and returns the address of the page that asks the
// person (RP-Initiated Logout 1.0 §2), since every site can make a browser open the end-session endpoint. op has
// checked that the client registered the address to return to.
func (s *storage) TerminateSessionFromRequest(_ context.Context, r *op.EndSessionRequest) (string, error) {
	if strings.HasPrefix(r.RedirectURI, s.conf.SignOutPath) {
		return s.conf.SignOutPath, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.signOuts, func(_ string, old signOut) bool {
		return time.Since(old.created) > requestLifetime || len(s.signOuts) >= maxWaiting
	})
	id := rand.Text()
	s.signOuts[id] = signOut{r.RedirectURI, time.Now()}
	return s.conf.SignOutPath + "?" + url.Values{"id": {id}}.Encode(), nil
}

// SignedOut returns where the browser goes after its session has ended: empty when the client named no address. A
// second call with the same ID returns empty.
func (i *Issuer) SignedOut(id string) string {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	asked := i.store.signOuts[id]
	delete(i.store.signOuts, id)
	return asked.back
}
