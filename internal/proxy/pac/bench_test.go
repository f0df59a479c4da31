package pac_test

import (
	"testing"

	"app.latchkey/internal/proxy/pac"
)

// BenchmarkChoice asks a company's script for the way of one connection; the script is compiled once.
func BenchmarkChoice(b *testing.B) {
	script, err := pac.Compile([]byte(`function FindProxyForURL(url, host) {
		if (isPlainHostName(host) || dnsDomainIs(host, ".corp.example")) return "DIRECT";
		if (shExpMatch(host, "*.acme.example")) return "PROXY gateway.corp.example:8080; DIRECT";
		return "PROXY proxy.corp.example:3128";
	}`))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := script.Find(b.Context(), world(), "https://id.acme.example/", "id.acme.example"); err != nil {
			b.Fatal(err)
		}
	}
}
