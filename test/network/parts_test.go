package network

import (
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/picture"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/wire"
	"app.latchkey/test/gateway"
)

// Pictures and the team's own servers are reached as the provider is, by the parts that both programs are made of; a
// picture's address is judged all the same.
func TestPicturesAndTheTeamsServersTakeTheSameWay(t *testing.T) {
	ca := newAuthority(t, "Acme Root")
	inside := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ada.png" {
			_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 2, 2)))
		}
	}))
	inside.TLS = ca.server(t)
	inside.StartTLS()
	t.Cleanup(inside.Close)
	p := &gateway.Proxy{To: inside.Listener.Addr().String()}
	t.Setenv("HTTPS_PROXY", "http://"+gateway.Start(t, p))
	s, err := settings.Load(settings.Options{
		ConfigDir: t.TempDir(), DataDir: t.TempDir(), PolicyPath: "/nowhere",
		Baked: []byte("issuer = \"" + issuer + "\"\nclient_id = \"desk\"\nstore = \"memory\"\n" +
			"picture_hosts = [\"id.acme.test\"]\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Provider.RootCAs = ca.pem
	parts, err := wire.New(s, wire.Options{App: "Test", ID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(parts.Close)
	f, err := picture.New(picture.Options{Hosts: s.PictureHosts, Transport: parts.Transport})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Fetch(t.Context(), issuer+"/ada.png"); err != nil || !strings.HasPrefix(got, "data:image/png") {
		t.Errorf("a picture: %v", err)
	}
	for _, address := range []string{"https://10.1.2.3/a.png", "https://elsewhere.invalid/a.png"} {
		if _, err := f.Fetch(t.Context(), address); err == nil || !strings.Contains(err.Error(), "picture_hosts") {
			t.Errorf("%s: %v", address, err)
		}
	}
	client, err := parts.Account.Client("https://api.acme.test")
	if err != nil {
		t.Fatal(err)
	}
	// Nobody is signed in: a request to another origin goes without a token.
	res, err := client.Get(issuer + "/orders")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	want := []string{"CONNECT id.acme.test:443", "CONNECT id.acme.test:443"}
	if asked := p.Asked(); !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked for %q, want %q", asked, want)
	}
}
