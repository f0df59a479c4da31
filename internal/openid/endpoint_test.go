package openid

import (
	"errors"
	"testing"

	"app.latchkey/internal/provider"
)

// What may be called or opened, for an issuer on the net and for one on this machine.
func TestEndpoints(t *testing.T) {
	const net, here = "https://id.example", "http://127.0.0.1:8085"
	for _, c := range []struct {
		issuer, address string
		want            error
	}{
		{net, "https://id.example/token", nil}, {net, "https://elsewhere.example:8443/a/b?c=d%20e", nil},
		{net, "https://[2001:db8::1]/token", nil},
		{net, "https://id.example/~x/(y)*!$&'+,;=:@[z]", nil}, {here, "http://127.0.0.1:8085/token", nil},
		{here, "http://localhost:1/token", nil},
		{here, "http://[::1]:1/token", nil}, {here, "https://id.example/token", nil},

		{net, "http://id.example/token", ErrPlainHTTP}, {net, "http://127.0.0.1/token", ErrPlainHTTP},
		{net, "http://localhost/token", ErrPlainHTTP},
		{here, "http://id.example/token", ErrPlainHTTP}, {here, "http://127.0.0.1.evil.example/", ErrPlainHTTP},
		{here, "http://localhost.evil.example/", ErrPlainHTTP},
		{here, "http://10.0.0.1/token", ErrPlainHTTP}, {here, "http://2130706433/", ErrPlainHTTP},
		{here, "http://0x7f.1/", ErrPlainHTTP},

		{net, "", ErrEndpoint}, {net, "/token", ErrEndpoint}, {net, "id.example/token", ErrEndpoint},
		{net, "//id.example/token", ErrEndpoint}, {net, "https:///token", ErrEndpoint},
		{net, "https:id.example", ErrEndpoint}, {net, "ftp://id.example/token", ErrEndpoint},
		{net, "file://localhost/etc/passwd", ErrEndpoint}, {net, "file:///etc/passwd", ErrEndpoint},
		{net, "javascript:alert(1)", ErrEndpoint}, {net, "javascript://id.example/%0aalert(1)", ErrEndpoint},
		{net, "ms-settings://x", ErrEndpoint}, {net, "data:text/html,x", ErrEndpoint},
		{net, "https://me@id.example/", ErrEndpoint}, {net, "https://me:pw@id.example/", ErrEndpoint},
		{net, "https://id.example@evil.example/", ErrEndpoint},
		{net, "https://id.example/#x", ErrEndpoint}, {net, "https://id.example/#", ErrEndpoint},
		{net, "https://id.example/a b", ErrEndpoint}, {net, " https://id.example/", ErrEndpoint},
		{net, "https://id.example/\n", ErrEndpoint}, {net, "https://id.example/\t", ErrEndpoint},
		{net, `https://id.example/"x`, ErrEndpoint}, {net, "https://id.example/<x>", ErrEndpoint},
		{net, `https://id.example\@evil.example/`, ErrEndpoint}, {net, "https://id.example/`id`", ErrEndpoint},
		{net, "https://id.example/{x}|y^z", ErrEndpoint}, {net, "https://id.exämple/", ErrEndpoint},
		{net, "https://id.example/\x7f", ErrEndpoint}, {net, "https://id.example/\x00", ErrEndpoint},
		{net, "https://id.example:port/", ErrEndpoint}, {net, "https://id.example/%zz", ErrEndpoint},
	} {
		client, err := New(provider.Provider{Issuer: c.issuer, ClientID: "desk"}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = client.checkEndpoint("token_endpoint", c.address)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || err != nil && !errors.Is(err, ErrEndpoint) {
			t.Errorf("%q below %s: %v, want %v", c.address, c.issuer, err, c.want)
		}
	}
}
