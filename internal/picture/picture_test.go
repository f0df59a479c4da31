package picture

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"app.latchkey/internal/proxy"
)

func drawn(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	img.Set(0, 0, color.RGBA{255, 0, 0, 255})
	var out bytes.Buffer
	_ = png.Encode(&out, img)
	return out.Bytes()
}

func TestWhatIsShownIsPixelsOfOurOwnEncoding(t *testing.T) {
	original := append(drawn(600, 300), []byte("<script>trailing</script>")...)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie")+r.Header.Get("Referer")+r.Header.Get("Authorization") != "" {
			t.Error("more was sent than needed")
		}
		_, _ = w.Write(original)
	}))
	defer site.Close()
	got, err := fetcher(t, proxy.Options{}, nil, Options{Loopback: true}).Fetch(t.Context(), site.URL+"/a.png")
	if err != nil {
		t.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(got, "data:image/png;base64,"))
	if err != nil || bytes.Contains(data, []byte("script")) {
		t.Fatalf("%v", err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width != 256 || config.Height != 128 {
		t.Errorf("%v %+v", err, config)
	}
}

func TestRefusals(t *testing.T) {
	mux := http.NewServeMux()
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	mux.HandleFunc("/svg", answer(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
	mux.HandleFunc("/html", answer("<html>sign in to the hotel</html>"))
	mux.HandleFunc("/cut", answer(string(drawn(50, 50)[:80])))
	mux.HandleFunc("/many-bytes", answer(strings.Repeat("x", maxBytes+1)))
	mux.HandleFunc("/many-pixels", answer(string(drawn(maxSide+1, 1))))
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.168.0.1/router.png", http.StatusFound)
	})
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	site := httptest.NewServer(mux)
	defer site.Close()
	for path, want := range map[string]error{
		"/svg": ErrFormat, "/html": ErrFormat, "/cut": ErrFormat, "/many-bytes": ErrTooBig, "/many-pixels": ErrTooBig,
		"/missing": ErrFetch, "/elsewhere": ErrAddress, "/round": ErrFetch,
	} {
		_, err := fetcher(t, proxy.Options{}, nil, Options{Loopback: true}).Fetch(t.Context(), site.URL+path)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	for _, address := range []string{
		"", "data:image/png;base64,AAAA", "file:///etc/passwd", "http://pictures.example/a.png",
		"https://u:p@pictures.example/a.png", "javascript:1", site.URL + "/svg",
	} {
		_, err := fetcher(t, proxy.Options{}, nil, Options{}).Fetch(t.Context(), address)
		if !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v, want ErrAddress", address, err)
		}
	}
}

// What is shown is stored as well: a photograph becomes a JPEG, and nothing is larger
// than the limit.
func TestWhatIsShownIsSmall(t *testing.T) {
	noise := func(alpha byte) []byte {
		img := image.NewNRGBA(image.Rect(0, 0, 400, 400))
		n := uint32(1)
		for i := range img.Pix {
			n = n*1664525 + 1013904223
			img.Pix[i] = byte(n >> 24)
			if i%4 == 3 {
				img.Pix[i] |= alpha
			}
		}
		var out bytes.Buffer
		_ = png.Encode(&out, img)
		return out.Bytes()
	}
	for want, data := range map[string][]byte{
		"data:image/jpeg;base64,": noise(0xff), "data:image/png;base64,": noise(0),
	} {
		out, err := encode(t.Context(), data)
		if err != nil || !strings.HasPrefix(out, want) || len(out) > 100+maxShown*4/3 {
			t.Errorf("%d characters, %.30s, %v, want %s", len(out), out, err, want)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(drawn(3, 3))
	f.Add([]byte("GIF89a"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		out, err := encode(t.Context(), data)
		if err == nil && !strings.HasPrefix(out, "data:image/png;base64,") &&
			!strings.HasPrefix(out, "data:image/jpeg;base64,") {
			t.Error("something else than a PNG or a JPEG came out")
		}
	})
}
