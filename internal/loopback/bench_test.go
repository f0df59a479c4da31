package loopback_test

import (
	"io"
	"net/http"
	"testing"

	"app.latchkey/internal/loopback"
)

// BenchmarkCallback receives an answer: an address is bound, the browser's request is judged, the answer taken, and
// the page with the outcome delivered.
func BenchmarkCallback(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := loopback.Listen(b.Context(), loopback.Config{State: state, App: "Acme"})
		if err != nil {
			b.Fatal(err)
		}
		res, err := direct.Get(r.RedirectURI() + "?code=CODE&state=" + state)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusSeeOther {
			b.Fatalf("%s, %v", res.Status, err)
		}
		_ = res.Body.Close()
		if _, err := r.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
		direct.CloseIdleConnections()
	}
}
