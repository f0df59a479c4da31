package connect

import (
	"context"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/program"
	"app.latchkey/internal/ui"
	"app.latchkey/internal/wire"
)

// The first services are made from the settings that were read at the start, the next ones from settings that are read
// anew.
// Settings that cannot be used leave a log, an error and a doctor that names the fault.
func TestTheServicesOfTheSettings(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"} {
		t.Setenv(name, home)
	}
	t.Setenv("LATCHKEY_STORE", "memory")
	s, err := program.Settings(nil)
	if err != nil {
		t.Fatal(err)
	}
	connect := Services(s, err, wire.Options{})
	t.Setenv("LATCHKEY_STORE", "a shoe box")
	first := connect(t.Context(), func(account.Snapshot) {})
	if first.Err != nil || first.Store() != "memory" || first.Account.Snapshot().Revision != 0 {
		t.Errorf("%v, store %q", first.Err, first.Store())
	}
	first.Close()
	second := connect(t.Context(), func(account.Snapshot) {})
	defer second.Close()
	if second.Err == nil || second.Log == nil {
		t.Fatal("settings that cannot be used have no error")
	}
	failed := map[string]string{}
	if err := second.Examine(t.Context(), func(f ui.FindingView) { failed[f.Status] += f.Detail }); err != nil {
		t.Fatal(err)
	}
	if failed["fail"] == "" {
		t.Errorf("the doctor finds nothing: %v", failed)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := second.Examine(ended, func(ui.FindingView) {}); err == nil {
		t.Error("a check that was ended says nothing")
	}
}
