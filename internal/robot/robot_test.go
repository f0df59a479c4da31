package robot_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"app.latchkey/internal/robot"
)

const page = `<!doctype html><title>Here &amp; now</title><noscript><meta http-equiv="refresh" content="3"></noscript>
<script>document.title = "elsewhere"</script><p>Some   text</p><a href="/next">Go <b>on</b></a>
<form method="post" action="/take"><input name="kept" value="1"><input name="typed">
<button name="way" value="a">A</button><button name="way" value="b">B</button></form>`

func TestAPageIsReadAsAPersonWithoutScriptsWould(t *testing.T) {
	got := url.Values{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_ = r.ParseForm()
			got = r.PostForm
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, "/next", http.StatusSeeOther)
			return
		}
		if r.URL.Path == "/next" {
			if c, err := r.Cookie("seen"); err != nil || c.Value != "1" {
				http.Error(w, "no cookie", http.StatusForbidden)
				return
			}
		}
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	b := robot.New(nil)
	p, err := b.Visit(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != "Here & now" || p.Text != "Some text Go on A B" || len(p.Links) != 1 ||
		p.Links[0].Text != "Go on" || p.Links[0].URL.Path != "/next" {
		t.Errorf("%+v", p)
	}
	end, err := b.Submit(t.Context(), p.Forms[0], url.Values{"typed": {"x y"}, "way": {"b"}})
	if err != nil || end.Status != http.StatusOK || end.URL.Path != "/next" {
		t.Errorf("%+v %v", end, err)
	}
	if got.Encode() != "kept=1&typed=x+y&way=b" {
		t.Errorf("posted %s", got.Encode())
	}
}

func TestItGoesNowhereElse(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusFound))
	defer server.Close()
	for _, address := range []string{"https://elsewhere.example/", "http://10.0.0.1/", server.URL} {
		if _, err := robot.New(nil).Visit(t.Context(), address); !errors.Is(err, robot.ErrForeign) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
