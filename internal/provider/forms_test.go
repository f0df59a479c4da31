package provider_test

import (
	"slices"
	"testing"

	"app.latchkey/internal/provider"
)

// Each preset has one form, and the form asks for what the preset needs and cannot
// know, and for nothing that the preset does not take.
func TestTheFormsAskForWhatThePresetsNeed(t *testing.T) {
	var named []string
	for _, f := range provider.Forms() {
		named = append(named, f.Preset)
		p, known := provider.PresetOf(f.Preset)
		if !known {
			t.Errorf("%s is no preset", f.Preset)
		}
		must := slices.Clone(p.Needs)
		if f.Preset == "oidc" {
			must = append(must, "issuer")
		}
		if f.Preset != "descope" { // its project ID is the client ID
			must = append(must, "client_id")
		}
		if p.Secret == provider.SecretDemanded {
			must = append(must, "client_secret")
		}
		var asked []string
		for _, field := range f.Fields {
			if !field.Optional {
				asked = append(asked, field.Key)
			}
			if field.Label == "" || field.Where == "" || field.Secret != (field.Key == "client_secret") {
				t.Errorf("%s: %+v", f.Preset, field)
			}
			of := []string{"issuer", "client_id", "client_secret", "name", "allowed_tenants"}
			if !slices.Contains(of, field.Key) && !p.Takes(field.Key) {
				t.Errorf("%s asks for %s, which the preset does not take", f.Preset, field.Key)
			}
		}
		slices.Sort(must)
		slices.Sort(asked)
		if !slices.Equal(must, asked) {
			t.Errorf("%s asks for %v, and needs %v", f.Preset, asked, must)
		}
		if p.Secret == provider.SecretRefused && f.Has("client_secret") {
			t.Errorf("%s asks for a secret that the provider refuses", f.Preset)
		}
	}
	var presets []string
	for _, p := range provider.Presets() {
		presets = append(presets, p.Name)
	}
	slices.Sort(named)
	slices.Sort(presets)
	if !slices.Equal(named, presets) {
		t.Errorf("forms of %v, presets %v", named, presets)
	}
}
