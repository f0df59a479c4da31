//go:build demo

package program

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"app.latchkey/internal/demoidp"
	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/settings"
)

// DemoBuild reports whether the demo is in this build.
const DemoBuild = true

// ServeDemo starts the demo's services and points the settings at them, unless they
// name a provider themselves. The returned func ends the services.
func ServeDemo(ctx context.Context, s *settings.Settings, log *slog.Logger) (func(), error) {
	if s.Configured {
		return func() {}, nil
	}
	idp, err := StartDemo(ctx, s, "", log)
	if err != nil {
		return func() {}, err
	}
	if idp.Notice() != "" {
		log.Warn("demo.moved", "text", idp.Notice())
	}
	return func() { _ = idp.Close() }, nil
}

// StartDemo starts the demo's services in the data folder, and points the settings
// at them. file is the path of the file of people; when it is empty, demo.toml beside
// config.toml is used if it is there, and the built-in one otherwise. Mistakes in the
// file are *settings.Error, as those of the settings are.
func StartDemo(ctx context.Context, s *settings.Settings, file string, log *slog.Logger) (*demoidp.Provider, error) {
	conf := demoidp.Config{Dir: filepath.Join(s.DataDir, "provider"), File: file, Log: log}
	if file == "" {
		conf.File, conf.FileOptional = filepath.Join(s.ConfigDir, "demo.toml"), true
	}
	idp, err := demoidp.Start(ctx, conf)
	if err != nil {
		return nil, mistakes(err)
	}
	pointAt(s, idp.Issuer())
	return idp, nil
}

// PointAtDemo points settings that name no provider at the demo where it usually
// is, so that the command line finds the provider of a demo that runs.
func PointAtDemo(s *settings.Settings) {
	if !s.Configured {
		pointAt(s, "http://"+demoidp.DefaultAddr)
	}
}

func pointAt(s *settings.Settings, issuer string) {
	p := &s.Provider
	p.Issuer, p.ClientID, p.Name, s.Configured = issuer, demoidp.ClientID, "Demo ID", true
	p.OrganizationParam, p.LogoutRedirectPath = "tenant", demoidp.SignedOutPath
}

// mistakes turns the mistakes of the demo's file into those of a settings file.
func mistakes(err error) error {
	many, ok := err.(interface{ Unwrap() []error })
	all := []error{err}
	if ok {
		all = many.Unwrap()
	}
	for i, one := range all {
		if m, ok := errors.AsType[*cast.Error](one); ok {
			all[i] = &settings.Error{
				Source: settings.Source{Name: m.File, File: m.File, Line: m.Line}, Key: m.Key, Problem: m.Problem,
			}
		}
	}
	return errors.Join(all...)
}
