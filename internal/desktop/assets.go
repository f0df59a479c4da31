package desktop

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"sync"

	"app.latchkey/internal/ui"
)

// Lines of the page as it is written.
const (
	// plainLink is a link to a style sheet for every medium.
	plainLink = `  <link rel="stylesheet" href="([^"]+)">\n`
	// entry is the module that the page runs.
	entry = `  <script type="module" src="main.js"></script>` + "\n"
	// devConnect is the part of the page's policy that live reload needs, and nothing else: a program that is handed
	// out may connect nowhere from its page.
	devConnect = " connect-src 'self' ws://127.0.0.1:34115 ws://localhost:34115;"
	ownStyles  = "style-src 'self'"
)

// served is what the webview is given: the frontend, with a page that needs as few round trips between webview and Go
// as can be before its first paint (docs/performance.md). It is made when the program runs, so that nothing has to be
// built. state is asked each time the page is; it reports whether it is known what to show.
func served(assets fs.FS, state func() (ui.StateView, bool)) fs.FS {
	const root = "frontend"
	written, err := fs.ReadFile(assets, root+"/index.html")
	if err != nil {
		return assets
	}
	page := written
	if !devBuild {
		page = bytes.Replace(page, []byte(devConnect), nil, 1)
	}
	if styled, err := withStyles(assets, root, page); err == nil {
		page = styled // else slower, and whole
	}
	before, after, found := bytes.Cut(page, []byte(entry))
	if !found {
		return assets
	}
	return overlay{assets, root + "/index.html", func() []byte {
		v, known := state()
		if !known {
			v.Screen = ui.ScreenProfile // what a start shows most often
		}
		modules := preloads(assets, root, "main.js", "screens/"+v.Screen+".js")
		return bytes.Join([][]byte{before, first(v, known), []byte(entry), modules, after}, nil)
	}}
}

// first is the state that the page brings with it, as an element of data: it is never run, and the page's policy
// would not let it. Development builds have none, since their page is served to the whole computer. Whatever strangers
// have written in it, such as a name, cannot end the element: encoding/json writes <, >, & and the line separators of
// JavaScript as escapes.
func first(v ui.StateView, known bool) []byte {
	if devBuild || !known {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil // the page asks
	}
	return append(append([]byte(`  <script type="application/json" id="state">`), data...), "</script>\n"...)
}

// withStyles has the plain style sheets in the page itself, where its policy allows them by their hash. A sheet with a
// medium of its own stays by itself, behind the others.
func withStyles(assets fs.FS, root string, page []byte) ([]byte, error) {
	link := regexp.MustCompile(plainLink)
	var styles bytes.Buffer
	for _, m := range link.FindAllSubmatch(page, -1) {
		text, err := fs.ReadFile(assets, root+"/"+string(m[1]))
		if err != nil {
			return nil, err
		}
		styles.Write(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	}
	if bytes.Contains(styles.Bytes(), []byte("</")) {
		return nil, fs.ErrInvalid // it would end the element
	}
	sum := sha256.Sum256(styles.Bytes())
	hash := ownStyles + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	page = bytes.Replace(page, []byte(ownStyles), []byte(hash), 1)
	at := link.FindIndex(page)
	if at == nil {
		return page, nil
	}
	whole := append(append([]byte("  <style>"), styles.Bytes()...), "</style>\n"...)
	rest := link.ReplaceAll(page[at[1]:], nil)
	return append(append(append([]byte{}, page[:at[0]]...), whole...), rest...), nil
}

// imported are the modules that a module needs before it runs.
var imported = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^import [^"]*"(\.\.?/[^"]+)";$`)
})

// preloads names the modules behind an entry and behind the first screen, so that the webview asks for all of them at
// once and not one after the other.
func preloads(assets fs.FS, root, entry, screen string) []byte {
	var out bytes.Buffer
	seen, todo := map[string]bool{entry: true, screen: true}, []string{entry, screen}
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		text, err := fs.ReadFile(assets, root+"/"+from)
		if err != nil {
			continue
		}
		if from != entry {
			out.WriteString(`  <link rel="modulepreload" href="` + from + `">` + "\n")
		}
		for _, m := range imported().FindAllSubmatch(text, -1) {
			if name := path.Join(path.Dir(from), string(m[1])); !seen[name] {
				seen[name] = true
				todo = append(todo, name)
			}
		}
	}
	return out.Bytes()
}
