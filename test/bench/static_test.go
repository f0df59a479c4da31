//go:build bench

package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// stub stands in for Go, in the page that becomes the static one: it answers with one state.
const stub = `<script>
window.go = { main: { App: new Proxy({}, { get: (_, name) => async () => name === "State" ? %s : undefined }) } };
window.runtime = { EventsOnMultiple: () => () => {} };
</script>
<script type="module">
for (let i = 0; i < 100 && !document.querySelector(".profile:not([hidden]) h1")?.textContent; i++)
  await new Promise((done) => setTimeout(done, 20));
for (const e of document.querySelectorAll("script, link, meta, #screens > [hidden]")) e.remove();
</script>
`

var sheet = regexp.MustCompile(`  <link rel="stylesheet" href="([^"]+)">\n`)

// makeStatic writes the profile screen as fixed HTML and CSS in one file: the frontend itself draws it in Chromium, and
// what the page then consists of is kept.
func (d *machine) makeStatic() {
	d.t.Helper()
	const root = "../../frontend"
	page := d.text(root + "/index.html")
	state := d.text("../web/snapshots/profile-plain.json")
	var styles strings.Builder
	for _, m := range sheet.FindAllStringSubmatch(page, -1) {
		styles.WriteString(d.text(root + "/" + m[1]))
	}
	policy := regexp.MustCompile(`(?m)^.*Content-Security-Policy.*\n`)
	page = policy.ReplaceAllString(page, fmt.Sprintf(strings.ReplaceAll(stub, "%s", "%[1]s"), state))
	files := http.FileServer(http.Dir(root))
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			files.ServeHTTP(w, r)
			return
		}
		_, _ = fmt.Fprint(w, page)
	}))
	defer site.Close()
	drawn := d.run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000",
		"--dump-dom",
		site.URL+"/")
	if strings.Count(drawn, `class="dot fresh"`) != 2 || strings.Contains(drawn, "<script") {
		d.t.Fatalf("the static profile is none:\n%s", drawn)
	}
	drawn = strings.Replace(drawn, "</head>", "<style>\n"+styles.String()+"</style></head>", 1)
	dir := d.folder("static")
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(drawn), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.arguments["static"] = []string{dir}
}

func (d *machine) text(path string) string {
	d.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}
