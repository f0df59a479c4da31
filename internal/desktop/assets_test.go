package desktop

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"app.latchkey/internal/ui"
)

// assets is the frontend as the program has it.
var assets = os.DirFS("../..")

// unknown is a window that does not know yet what to show.
func unknown() (ui.StateView, bool) { return ui.StateView{}, false }

func readPage(t *testing.T, state func() (ui.StateView, bool)) []byte {
	t.Helper()
	page, err := fs.ReadFile(served(assets, state), "frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// between returns what stands between two texts.
func between(t *testing.T, page []byte, from, to string) string {
	t.Helper()
	_, after, _ := strings.Cut(string(page), from)
	text, _, found := strings.Cut(after, to)
	if !found {
		t.Fatalf("no %s…%s in\n%s", from, to, page)
	}
	return text
}

// The page that is served has the style sheets in it: every rule of those that the page as written names, in their
// order, and behind them the one with a medium of its own. Its policy allows just these elements.
func TestStyleSheetsAreInThePage(t *testing.T) {
	written, err := fs.ReadFile(assets, "frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	page := readPage(t, unknown)
	const dark = `<style id="dark" media="(prefers-color-scheme: dark)">`
	styles := map[string]string{"": between(t, page, "<style>", "</style>"), dark: between(t, page, dark, "</style>")}
	length := map[string]int{}
	for _, m := range regexp.MustCompile(sheetLink).FindAllSubmatch(written, -1) {
		text, err := fs.ReadFile(assets, "frontend/"+string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		own := ""
		if len(m[2]) > 0 {
			own = dark
		}
		if !strings.HasPrefix(styles[own][length[own]:], string(text)) {
			t.Errorf("%s is not there, or not in its order", m[1])
		}
		length[own] += len(text)
	}
	for own, text := range styles {
		if text == "" || len(text) != length[own] {
			t.Errorf("%q: %d of %d bytes come from the sheets that are named", own, length[own], len(text))
		}
	}
	if strings.Contains(string(page), `rel="stylesheet"`) || strings.Count(string(page), "<style") != 2 {
		t.Errorf("other style sheets:\n%s", page)
	}
	// Wails parses the page and writes it anew: the elements must still be those of the hashes.
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := html.Render(&again, root); err != nil {
		t.Fatal(err)
	}
	for _, begin := range []string{"<style>", dark} {
		sum := sha256.Sum256([]byte(between(t, again.Bytes(), begin, "</style>")))
		if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(string(page), want) {
			t.Errorf("the policy does not allow %s", want)
		}
	}
}

// Every module that the first screen needs is asked for at once: none of them imports one that the page does not name.
// Those of other screens are not: what is not shown costs neither time nor memory.
func TestModulesAreAskedForAtOnce(t *testing.T) {
	imports := regexp.MustCompile(`(?s)\b(?:import|export)\s[^"';]*?\bfrom\s*["']([^"']+)["']`)
	for screen, state := range map[string]func() (ui.StateView, bool){
		ui.ScreenProfile: unknown,
		ui.ScreenUnlock:  func() (ui.StateView, bool) { return ui.StateView{Screen: ui.ScreenUnlock}, true },
		ui.ScreenSignIn:  func() (ui.StateView, bool) { return ui.StateView{Screen: ui.ScreenSignIn}, true },
	} {
		page := string(readPage(t, state))
		named, screens := map[string]bool{"main.js": true}, 0
		for _, m := range regexp.MustCompile(`rel="modulepreload" href="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			named[m[1]] = true
			if strings.HasPrefix(m[1], "screens/") {
				screens++
			}
		}
		for name := range named {
			text, err := fs.ReadFile(assets, "frontend/"+name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range imports.FindAllStringSubmatch(string(text), -1) {
				if from := path.Join(path.Dir(name), m[1]); !named[from] {
					t.Errorf("%s: %s imports %s, which the page does not name", screen, name, from)
				}
			}
		}
		for _, late := range []string{"parts/signout.js", "wailsjs/runtime/runtime.js"} {
			if named[late] {
				t.Errorf("%s: %s is asked for, which no first screen needs", screen, late)
			}
		}
		if !named["screens/"+screen+".js"] || screens != 1 || len(named) < 10 {
			t.Errorf("%s: named are %v", screen, named)
		}
	}
}

// The page brings the state, whatever strangers have written in it: it cannot end its element, and what JavaScript
// reads is what Go knows.
func TestThePageBringsTheState(t *testing.T) {
	hostile := "</script><script>alert(1)</script><!--<script>\u2028\u2029\x00\xff' \" & \\u003c ]]>"
	want := ui.StateView{Screen: ui.ScreenProfile, Revision: 7, Profile: &ui.ProfileView{Name: hostile}}
	page := readPage(t, func() (ui.StateView, bool) { return want, true })
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer // as Wails serves it
	if err := html.Render(&again, root); err != nil {
		t.Fatal(err)
	}
	data := between(t, again.Bytes(), `<script type="application/json" id="state">`, "</script>")
	if strings.ContainsAny(data, "<>&\u2028\u2029\x00") {
		t.Errorf("not escaped: %q", data)
	}
	var got ui.StateView
	if err := json.Unmarshal([]byte(data), &got); err != nil ||
		got.Profile.Name != strings.ToValidUTF8(hostile, "\ufffd") ||
		got.Revision != 7 {
		t.Errorf("%+v %v", got, err)
	}
	if n := strings.Count(again.String(), "<script"); n != 2 {
		t.Errorf("%d scripts:\n%s", n, again.Bytes())
	}
	if page := readPage(t, unknown); bytes.Contains(page, []byte(`id="state"`)) {
		t.Error("what is not known is brought")
	}
}

// Everything else is served as it is, and as a web server would.
func TestWhatIsServedIsServed(t *testing.T) {
	root, err := fs.Sub(served(assets, unknown), "frontend")
	if err != nil {
		t.Fatal(err)
	}
	site := http.FileServerFS(root)
	for path, kind := range map[string]string{
		"/": "text/html", "/styles/dark.css": "text/css", "/main.js": "text/javascript",
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
	page := string(readPage(t, unknown))
	if strings.Contains(page, "connect-src") || strings.Contains(page, "ws:") {
		t.Error(page)
	}
	if !regexp.MustCompile(`content="default-src 'none'; script-src 'self'; style-src 'self' ` +
		`'sha256-[A-Za-z0-9+/=]{44}' 'sha256-[A-Za-z0-9+/=]{44}'; ` +
		`img-src 'self' data:; base-uri 'none'; form-action 'none'"`).MatchString(page) {
		t.Errorf("the policy is another: %s", page)
	}
}
