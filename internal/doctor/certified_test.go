package doctor_test

import (
	"strings"
	"testing"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/certified"
)

// A certified provider passes in every point, and what it says of a client or a
// redirect address that it does not know is understood.
func TestACertifiedProvider(t *testing.T) {
	m := newMachine(t, &site{issuer: certified.Start(t)})
	for _, f := range m.examine().Findings {
		if f.Status != doctor.Pass {
			t.Error(f.Line())
		}
	}
	m.config["client_id"] = `"dsek"`
	r := m.examine()
	if f := worst(r, "redirect"); f.Status != doctor.Fail || !strings.Contains(f.Advice, "Compare client_id") ||
		strings.Contains(f.Detail, "state : -") {
		t.Error(f.Line())
	}
	if f := worst(r, "client"); f.Status != doctor.Fail || !strings.Contains(f.Detail, "invalid_client") {
		t.Error(f.Line())
	}
	m.config["client_id"], m.config["redirect_path"] = `"desk"`, `"/elsewhere"`
	if f := worst(m.examine(), "redirect"); f.Status != doctor.Fail ||
		!strings.Contains(f.Advice, "not registered with the client") {
		t.Error(f.Line())
	}
}
