//go:build linux

package attacks

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A support page, or somebody at the keyboard, asks for GODEBUG=http2debug=2: Go would
// print every HTTP/2 header, and with them codes and tokens.
func TestGoPrintsNoHeaders(t *testing.T) {
	spoke := make(chan int, 16)
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		spoke <- r.ProtoMajor
		http.Error(w, "{}", http.StatusNotFound)
	}))
	site.EnableHTTP2 = true
	site.StartTLS()
	defer site.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, []string{
		"GODEBUG=gctrace=0,http2debug=2", "LATCHKEY_ISSUER=" + site.URL, "LATCHKEY_CLIENT_ID=desk",
		"LATCHKEY_CA_FILE=" + ca,
	}, "signin", "--no-browser")
	_ = r.cmd.Wait()
	if len(spoke) == 0 || <-spoke != 2 {
		t.Fatalf("HTTP/2 was not spoken:\n%s", r.text())
	}
	for _, mark := range []string{"http2:", ":authority", "user-agent"} {
		if strings.Contains(r.text(), mark) {
			t.Errorf("%s was printed:\n%s", mark, r.text())
		}
	}
}
