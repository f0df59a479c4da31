package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/settings"
)

// settings: every bad one is a finding of its own, and so is every one that works
// and should not stay so.
func (r *round) settings(context.Context) {
	for _, err := range each(r.o.SettingsErr) {
		if as[*settings.Error](err) {
			r.fail("settings", "A setting cannot be used", r.home(err.Error()))
		} else {
			r.fail("settings", "The settings cannot be read", r.home(err.Error()))
		}
	}
	for _, w := range r.o.Settings.Warnings {
		if slices.Contains(r.o.Settings.Exposed, w) {
			r.fail("settings", "Others can change your settings", r.home(w))
			continue
		}
		r.warn("settings", "A setting should be changed", r.home(w))
	}
	if r.o.SettingsErr != nil || len(r.o.Settings.Warnings) > 0 {
		return
	}
	var from []string
	for _, v := range r.o.Settings.Values() {
		if name := v.Source.Name; name != "default" && !strings.HasPrefix(name, "preset ") {
			from = append(from, v.Key+" from "+name)
		}
	}
	r.pass("settings", "The settings can be used", cmp.Or(strings.Join(from, ", "), "all are defaults"))
}

// each takes joined errors apart.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the outermost join alone
		return many.Unwrap()
	}
	return []error{err}
}

// home shortens the person's home folder: a report is sent to others.
func (r *round) home(text string) string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := r.o.Getenv(name); len(home) > 1 {
			text = strings.ReplaceAll(text, home, "~")
		}
	}
	return text
}

// policy: a policy that cannot be used is among the settings' errors already.
func (r *round) policy(context.Context) {
	s := r.o.Settings
	for _, err := range each(r.o.SettingsErr) {
		if bad, ok := errors.AsType[*settings.Error](err); ok && bad.Source.Locked {
			r.fail("policy", "The administrator's policy cannot be used", err.Error())
			return
		}
	}
	var sets, places []string
	for _, v := range s.Values() {
		if v.Source.Locked {
			sets = append(sets, v.Key+" from "+v.Source.String())
		}
	}
	for _, p := range s.Policies {
		places = append(places, p.Name)
	}
	if len(sets) == 0 {
		r.pass("policy", "No policy is set", strings.Join(places, ", "))
		return
	}
	r.pass("policy", "The administrator's policy is in force", strings.Join(sets, ", "))
}

// provider: whether there is one to ask at all.
func (r *round) provider(context.Context) {
	s := r.o.Settings
	switch {
	case r.o.SettingsErr != nil && !s.Configured:
		return // the settings' own findings say it
	case !s.Configured:
		r.fail("provider", "No provider is set up", "")
		return
	}
	client, err := openid.New(s.Provider, openid.Options{Now: r.o.Now, Transport: r.o.Transport, Keys: r.o.Keys})
	if err != nil {
		r.fail("provider", "The provider's settings cannot be used", err.Error())
		return
	}
	if r.o.SettingsErr != nil {
		return // whom to ask is not sure
	}
	r.asked = client
	where := cmp.Or(s.Provider.Issuer, s.Provider.AuthorizationEndpoint)
	r.pass("provider", fmt.Sprintf("The provider is %s", s.Provider.Name),
		fmt.Sprintf("%s, preset %s, client %s", where, s.Provider.Preset, s.Provider.ClientID))
}
