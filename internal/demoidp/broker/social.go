package broker

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/social"
)

// hop is a visit whose browser was sent to another service.
type hop struct {
	visit    *visit
	verifier string // RFC 7636
	nonce    string // OIDC Core §3.1.2.1; used at the directory alone
	tenant   cast.Tenant
	created  time.Time
}

// leave notes a hop and returns its state.
func (b *Broker) leave(v *visit, t cast.Tenant) (string, *hop) {
	h := &hop{visit: v, verifier: oauth2.GenerateVerifier(), nonce: rand.Text(), tenant: t, created: time.Now()}
	state := rand.Text()
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.hops, func(_ string, old *hop) bool {
		return time.Since(old.created) > visitAge || len(b.hops) >= maxRemembers
	})
	b.hops[state] = h
	return state, h
}

// back returns the hop that a callback answers. A callback works once, and in the browser that was sent away. For any
// other callback, back writes the page and returns false.
func (b *Broker) back(w http.ResponseWriter, r *http.Request) (*hop, bool) {
	state := r.URL.Query().Get("state")
	b.mu.Lock()
	h, ok := b.hops[state]
	mine := ok && h.visit.browser == b.site.KnownBrowser(r)
	if mine {
		delete(b.hops, state)
	}
	over := ok && (h.visit.outcome != open || time.Since(h.created) > visitAge)
	b.mu.Unlock()
	switch {
	case !mine:
		b.site.Wrong(w)
	case over:
		b.site.Over(w)
	default:
		return h, true
	}
	return nil, false
}

// toSocial sends the browser to the social service. who is the person whom the page's button names, or empty.
func (b *Broker) toSocial(w http.ResponseWriter, r *http.Request, v *visit, who string) {
	state, h := b.leave(v, cast.Tenant{})
	opts := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(h.verifier)}
	if who != "" {
		opts = append(opts, oauth2.SetAuthURLParam("login_hint", who))
	}
	// #nosec G710 -- the address is the other service's own
	http.Redirect(w, r, b.plaza.AuthCodeURL(state, opts...), http.StatusSeeOther)
}

// socialCallback takes the social service's answer.
func (b *Broker) socialCallback(w http.ResponseWriter, r *http.Request) {
	h, ok := b.back(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	if q.Get("error") == "access_denied" {
		b.show(w, r, http.StatusOK, h.visit,
			signIn{Notice: "You cancelled at " + social.Name + ". Nothing was shared. Choose another way, or " +
				"try again."})
		return
	}
	me, err := b.askSocial(r.Context(), q.Get("code"), h.verifier)
	p, known := b.conf.Cast.Person(me.ID)
	if err != nil || !known {
		b.conf.Log.Warn("demoidp.social", "err", err)
		b.show(w, r, http.StatusBadGateway, h.visit,
			signIn{Notice: social.Name + " did not say who you are. Try again, or choose another way."})
		return
	}
	b.arrive(w, r, h.visit, p, time.Now(), "social")
}

var (
	errSocial        = errors.New("demoidp: no answer from the social service")
	errUnknownMember = errors.New("demoidp: the directory names somebody who is not of the company")
)

// askSocial exchanges the code and asks who the person is.
func (b *Broker) askSocial(ctx context.Context, code, verifier string) (me social.Me, err error) {
	ctx = b.outbound(ctx)
	token, err := b.plaza.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return me, errSocial // the library's error would quote the answer
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.conf.Social.URL+"/me", nil)
	if err != nil {
		return me, fmt.Errorf("demoidp: %w", err)
	}
	token.SetAuthHeader(req)
	res, err := b.http.Do(req)
	if err != nil {
		return me, errSocial
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&me) != nil {
		return me, errSocial
	}
	return me, nil
}
