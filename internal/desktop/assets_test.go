package desktop

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// assets is the frontend as the program has it.
var assets = os.DirFS("../..")

// The page that is served has one plain style sheet, with every rule of those that the
// page as written names, in their order; what has a medium of its own stays.
func TestStyleSheetsAreServedAsOne(t *testing.T) {
	written, err := fs.ReadFile(assets, "frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	whole := served(assets)
	page, err := fs.ReadFile(whole, "frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	styles, err := fs.ReadFile(whole, "frontend/"+joinedStyles)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, m := range regexp.MustCompile(plainLink).FindAllSubmatch(written, -1) {
		text, err := fs.ReadFile(assets, "frontend/"+string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		i := bytes.Index(styles[at:], text)
		if i < 0 {
			t.Errorf("%s is not there, or not in its order", m[1])
			continue
		}
		at += i + len(text)
		if bytes.Contains(page, m[0]) {
			t.Errorf("%s is linked still", m[1])
		}
	}
	if at == 0 || at != len(styles) {
		t.Errorf("%d of %d bytes come from the sheets that are named", at, len(styles))
	}
	if n := strings.Count(string(page), `rel="stylesheet"`); n != 1+strings.Count(string(written), `media="`) {
		t.Errorf("%d links to style sheets:\n%s", n, page)
	}
}

// Everything else is served as it is, and as a web server would.
func TestWhatIsServedIsServed(t *testing.T) {
	root, err := fs.Sub(served(assets), "frontend")
	if err != nil {
		t.Fatal(err)
	}
	site := http.FileServerFS(root)
	for path, kind := range map[string]string{
		"/": "text/html", "/" + joinedStyles: "text/css", "/main.js": "text/javascript",
	} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
	}
}

// The page that is handed out connects nowhere; live reload's page may reach its own
// server and no other.
func TestThePageConnectsNowhere(t *testing.T) {
	source, err := os.ReadFile("../../frontend/index.html")
	if err != nil || !strings.Contains(string(source), devConnect) {
		t.Fatalf("index.html has no %q (%v)", devConnect, err)
	}
	page, err := fs.ReadFile(served(assets), "frontend/index.html")
	if err != nil || strings.Contains(string(page), "connect-src") || strings.Contains(string(page), "ws:") {
		t.Errorf("%v: %s", err, page)
	}
	if !strings.Contains(string(page), "content=\"default-src 'none'; script-src 'self'; style-src 'self'; img-src "+
		"'self' data:; base-uri 'none'; form-action 'none'\"") {
		t.Errorf("the policy is another: %s", page)
	}
}
