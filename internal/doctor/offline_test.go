package doctor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/doctor"
	"app.latchkey/internal/managed"
	"app.latchkey/internal/settings"
)

// A policy lies where only the administrator can write: here it is given by its
// path, and the doctor called as the programs call it.
func TestThePolicy(t *testing.T) {
	s := newSite(t, nil)
	path := filepath.Join(t.TempDir(), "policy.toml")
	examine := func(text string) doctor.Finding {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(settings.Options{ConfigDir: "/nowhere", DataDir: "/nowhere", PolicyPath: path})
		d := doctor.New(doctor.Options{Settings: s, SettingsErr: err})
		return worst(d.Run(t.Context(), nil), "policy")
	}
	sound := "issuer = \"" + s.issuer + "\"\nclient_id = \"desk\"\n"
	if f := examine("isuer = \"x\""); f.Status != doctor.Fail || !strings.Contains(f.Detail, "isuer") ||
		!strings.Contains(f.Advice, "administrator") {
		t.Errorf("broken: %+v", f)
	}
	if f := examine(sound); f.Status != doctor.Pass || f.Detail != "issuer from "+path+":1, client_id from "+path+":2" {
		t.Errorf("mended: %+v", f)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	none, err := settings.Load(settings.Options{ConfigDir: "/nowhere", DataDir: "/nowhere", PolicyPath: path})
	if f := worst(doctor.New(doctor.Options{Settings: none, SettingsErr: err}).Run(t.Context(), nil),
		"policy"); f.Status != doctor.Pass || f.Title != "No policy is set" {
		t.Errorf("none: %+v", f)
	}
}

// Each key that is locked is named with the place of the policy that has the last word.
func TestThePolicyOfTheSystemsChannel(t *testing.T) {
	layer := managed.Layer{Name: `HKLM\SOFTWARE\Policies\Latchkey`, Found: true,
		Values: map[string]any{"store": "memory"}}
	examine := func() doctor.Finding {
		t.Helper()
		s, err := settings.Load(settings.Options{
			ConfigDir: "/nowhere", DataDir: "/nowhere", PolicyPath: "/nowhere/policy.toml",
			Managed: func() (managed.Layer, managed.Layer) { return managed.Layer{}, layer },
		})
		return worst(doctor.New(doctor.Options{Settings: s, SettingsErr: err}).Run(t.Context(), nil), "policy")
	}
	if f := examine(); f.Status != doctor.Pass || f.Detail != `store from HKLM\SOFTWARE\Policies\Latchkey` {
		t.Errorf("%+v", f)
	}
	layer.Values = map[string]any{"store": uint64(7)}
	if f := examine(); f.Status != doctor.Fail ||
		!strings.Contains(f.Detail, `HKLM\SOFTWARE\Policies\Latchkey: store: `) {
		t.Errorf("%+v", f)
	}
}

// Where the log should go to the system, it is said whether it does; a log that is a file alone is no check.
func TestTheSystemsLog(t *testing.T) {
	examine := func(log func() error) []doctor.Finding {
		d := doctor.New(doctor.Options{Settings: settings.Settings{LogTo: "both", DataDir: "/nowhere"}, SystemLog: log})
		return slices.DeleteFunc(d.Run(t.Context(), nil).Findings, func(f doctor.Finding) bool { return f.ID != "log" })
	}
	if found := examine(nil); len(found) != 0 {
		t.Errorf("%+v", found)
	}
	if found := examine(func() error { return nil }); len(found) != 1 || found[0].Status != doctor.Pass {
		t.Errorf("%+v", found)
	}
	found := examine(func() error { return errors.New("connect: no such file or directory") })
	if len(found) != 1 || found[0].Status != doctor.Warn || !strings.Contains(found[0].Detail, "no such file") ||
		!strings.Contains(found[0].Detail, "/nowhere/logs") {
		t.Errorf("%+v", found)
	}
}

// A provider without discovery and ID tokens, as GitHub is.
func TestPlainOAuth(t *testing.T) {
	s := newSite(t, nil)
	m := newMachine(t, s)
	m.config = map[string]string{
		"id_token": "false", "client_id": `"desk"`, "scopes": `["read:user"]`,
		"authorization_endpoint": quoted(s.issuer + "/authorize"), "token_endpoint": quoted(s.issuer + "/token"),
		"userinfo_endpoint": quoted(s.issuer + "/user"),
	}
	r := m.examine()
	for _, f := range r.Findings {
		if f.Status != doctor.Pass {
			t.Error(f.Line())
		}
	}
	if worst(r, "redirect").ID == "" || worst(r, "client").ID == "" || worst(r, "keys").ID != "" ||
		worst(r, "connection").ID == "" {
		t.Error(r.Text())
	}
}

// The findings come one by one, and a doctor that is sent away stops.
func TestFindingsAreStreamed(t *testing.T) {
	s, err := settings.Load(settings.Options{
		Baked: []byte("issuer = \"" + newSite(t, nil).issuer + "\"\nclient_id = \"desk\""), ConfigDir: "/nowhere",
		DataDir: "/nowhere", PolicyPath: "/nowhere",
	})
	d := doctor.New(doctor.Options{Settings: s, SettingsErr: err})
	var told []doctor.Finding
	r := d.Run(t.Context(), func(f doctor.Finding) { told = append(told, f) })
	if len(told) != len(r.Findings) || len(told) < 15 {
		t.Errorf("%d of %d told", len(told), len(r.Findings))
	}
	again := d.Run(t.Context(), nil)
	if len(again.Findings) != len(r.Findings) {
		t.Errorf("%d findings the second time, %d the first", len(again.Findings), len(r.Findings))
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	short := d.Run(ctx, func(doctor.Finding) { stop() })
	if len(short.Findings) >= len(r.Findings) {
		t.Error("it went on")
	}
}

// What strangers say stays on one line and moves no cursor.
func TestTheReportIsPlainText(t *testing.T) {
	r := doctor.Report{
		App: "Latchkey",
		Findings: []doctor.Finding{
			{ID: "tls", Status: doctor.Fail, Title: "a", Detail: "b", Advice: "c"},
			{ID: "dns", Status: doctor.Pass, Title: "d"},
		},
	}
	if got := r.Text(); !strings.Contains(got, "fail  tls             a: b\n                      → c\n"+
		"pass  dns             d\n\n1 passed, 0 to look at, 1 failed\n") {
		t.Errorf("%q", got)
	}
	s := settings.Settings{Warnings: []string{"one\ntwo\x1b[2J\u202eevil"}}
	f := worst(doctor.New(doctor.Options{Settings: s}).Run(t.Context(), nil), "settings")
	if f.Detail != "one two[2Jevil" {
		t.Errorf("%q", f.Detail)
	}
}
