package ui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"net/url"

	"app.latchkey/internal/account"
	"app.latchkey/internal/claims"
	"app.latchkey/internal/problem"
	"app.latchkey/internal/session"
)

// profile draws the signed-in person.
func (d *drawing) profile() *ProfileView {
	p := d.snap.Session
	says := d.facts.Claims.Person(p.Profile.Claims, p.AMR)
	v := &ProfileView{
		ID: idOf(p.Key), Name: nameOf(p), Email: p.Profile.Email, EmailVerified: p.Profile.EmailVerified,
		Picture: d.face(p), Initials: claims.Initials(nameOf(p)),
		Tone: claims.Tone(p.Key.Issuer, p.Key.Subject), Organization: says.Organization,
		Roles: says.Roles, How: says.How, Verified: p.IDTokenVerified,
		SignedInAt: milli(p.SignedInAt), RefreshedAt: milli(p.Refreshed), ExpiresAt: milli(p.Expiry),
		Renewable: p.CanRefresh, Health: string(d.snap.Health), Provider: d.providerOf(p), Foreign: d.foreign(p),
		TiedTo: claims.BoundTo(p.Binding.Key, p.Binding.Hardware, p.Binding.Access),
		EndsAt: milli(p.Ends), IdleMinutes: int(math.Ceil(p.Idle.Minutes())),
	}
	switch {
	case v.Foreign:
		w := problem.From(session.ErrForeign, d.facts.Provider)
		v.Health, v.HealthProblem = string(account.HealthOffline), w.Message
	case d.snap.HealthErr != nil:
		v.HealthProblem = problem.From(d.snap.HealthErr, v.Provider.Name).Title
	}
	return v
}

// foreign reports whether a session is of another provider or client than the settings
// name: it can be neither renewed nor revoked.
func (d *drawing) foreign(p account.Account) bool {
	return errors.Is(d.snap.HealthErr, session.ErrForeign) && p.Key == d.snap.Session.Key ||
		d.facts.ClientID != "" && p.ClientID != "" && p.ClientID != d.facts.ClientID
}

// providerOf is the provider that an account is of, which keeps its name when the
// settings name another one.
func (d *drawing) providerOf(p account.Account) ProviderView {
	switch {
	case p.Key.Issuer == "" || p.Key.Issuer == d.facts.Issuer || p.Provider == "" && !d.foreign(p):
		return providerView(d.facts.Provider, d.facts.Offers)
	case p.Provider == d.facts.Provider && !d.foreign(p):
		return providerView(p.Provider, d.facts.Offers)
	case p.Provider != "":
		return providerView(p.Provider, session.Offers{Known: true})
	}
	name := p.Key.Issuer
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		name = u.Host
	}
	return providerView(name, session.Offers{Known: true})
}

// nameOf is what a person is called.
func nameOf(p account.Account) string {
	return claims.Name(p.Profile.Name, p.Profile.Email, p.Key.Subject)
}

// face is the picture of an account: the one that was fetched, or the one that is kept.
func (d *drawing) face(p account.Account) string {
	if fetched := d.model.Pictures[p.Profile.Picture]; fetched != "" {
		return fetched
	}
	for _, kept := range d.snap.Accounts {
		if kept.Key == p.Key && kept.Profile.Picture == p.Profile.Picture {
			return kept.Face
		}
	}
	return ""
}

// accounts draws all accounts that are kept here.
func (d *drawing) accounts() []AccountView {
	out := make([]AccountView, 0, len(d.snap.Accounts))
	for _, p := range d.snap.Accounts {
		out = append(out, AccountView{
			ID: idOf(p.Key), Name: nameOf(p), Email: p.Profile.Email, Picture: d.face(p),
			Initials: claims.Initials(nameOf(p)), Tone: claims.Tone(p.Key.Issuer, p.Key.Subject),
			Active: d.snap.Phase == account.PhaseSignedIn && p.Key == d.snap.Session.Key, Ended: p.Ended != "",
		})
	}
	return out
}

// details draws what the provider says about a person.
func (d *drawing) details() *DetailsView {
	p := d.snap.Session
	v := &DetailsView{Name: nameOf(p)}
	for _, row := range d.facts.Claims.Table(p.Profile.Claims) {
		v.Rows = append(v.Rows,
			ClaimView{Claim: row.Claim, Label: row.Label, Text: row.Text, At: milli(row.At), Group: row.Group})
	}
	return v
}

// idOf names an account to JavaScript without saying anything about it.
func idOf(k session.Key) string {
	sum := sha256.Sum256([]byte(account.Address(k)))
	return hex.EncodeToString(sum[:8])
}

// pictures are the addresses of all pictures that a snapshot would show.
func pictures(s account.Snapshot) []string {
	out := []string{s.Session.Profile.Picture}
	for _, p := range s.Accounts {
		out = append(out, p.Profile.Picture)
	}
	return out
}

// fetchPictures fetches each picture of the snapshot once. There are initials until a
// picture is here, and for good if it cannot be used.
func (w *Window) fetchPictures(snap account.Snapshot) {
	for _, address := range pictures(snap) {
		w.mu.Lock()
		_, asked := w.model.Pictures[address]
		if !asked && address != "" {
			w.model.picture(address, "")
		}
		s, h := w.services, w.host
		w.mu.Unlock()
		if asked || address == "" {
			continue
		}
		h.Run("fetch the picture", func(ctx context.Context) error {
			face := make(chan string, 1)
			err := passing(ctx, func(ctx context.Context) error {
				data, err := s.Picture(ctx, address)
				if err != nil {
					s.Log.Info("picture.unusable", "err", err)
					return nil
				}
				s.Log.Debug("picture.fetched")
				face <- data
				return nil
			})
			if err != nil || len(face) == 0 {
				return err
			}
			data := <-face
			w.change(func(m *Model) { m.picture(address, data) })
			if err := s.Account.KeepFace(ctx, address, data); err != nil {
				s.Log.Info("picture.not_kept", "err", err)
			}
			return nil
		})
	}
}
