package issuer

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// signOut is a client's wish that the browser's session end.
type signOut struct {
	back    string // where the browser goes then; empty for nowhere
	created time.Time
}

// TerminateSession is not used: op asks TerminateSessionFromRequest.
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// TerminateSessionFromRequest ends nothing yet: it notes the wish and returns the
// page that asks the person (RP-Initiated Logout 1.0 §2), for whoever can make a
// browser open an address can wish. op has checked that the way back is registered.
func (s *storage) TerminateSessionFromRequest(_ context.Context, r *op.EndSessionRequest) (string, error) {
	if strings.HasPrefix(r.RedirectURI, s.conf.SignOutPath) {
		return s.conf.SignOutPath, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, old := range s.signOuts {
		if time.Since(old.created) > requestLifetime || len(s.signOuts) >= maxWaiting {
			delete(s.signOuts, id)
		}
	}
	id := rand.Text()
	s.signOuts[id] = signOut{r.RedirectURI, time.Now()}
	return s.conf.SignOutPath + "?" + url.Values{"id": {id}}.Encode(), nil
}

// SignedOut returns where a browser goes whose session has ended: empty when the
// client named no place. It is told once.
func (i *Issuer) SignedOut(id string) string {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	wish := i.store.signOuts[id]
	delete(i.store.signOuts, id)
	return wish.back
}
