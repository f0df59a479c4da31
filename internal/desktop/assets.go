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
	// sheetLink is a link to a style sheet, with the attributes that it has besides, such as a medium.
	sheetLink = `  <link rel="stylesheet" href="([^"]+)"([^>]*)>\n`
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

// withStyles has the style sheets in the page itself, where its policy allows them by their hashes: those for every
// medium as one, and behind it each that has a medium of its own.
func withStyles(assets fs.FS, root string, page []byte) ([]byte, error) {
	link := regexp.MustCompile(sheetLink)
	at := link.FindIndex(page)
	if at == nil {
		return page, nil
	}
	sheets := []sheet{{}}
	for _, m := range link.FindAllSubmatch(page, -1) {
		text, err := fs.ReadFile(assets, root+"/"+string(m[1]))
		if err != nil {
			return nil, err
		}
		if bytes.Contains(text, []byte("</")) {
			return nil, fs.ErrInvalid // it would end the element
		}
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		if len(m[2]) > 0 {
			sheets = append(sheets, sheet{m[2], text})
		} else {
			sheets[0].text = append(sheets[0].text, text...)
		}
	}
	var elements, hashes bytes.Buffer
	hashes.WriteString(ownStyles)
	for _, s := range sheets {
		elements.WriteString("  <style" + string(s.with) + ">" + string(s.text) + "</style>\n")
		sum := sha256.Sum256(s.text)
		hashes.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	whole := bytes.Join([][]byte{page[:at[0]], elements.Bytes(), link.ReplaceAll(page[at[1]:], nil)}, nil)
	return bytes.Replace(whole, []byte(ownStyles), hashes.Bytes(), 1), nil
}

// sheet is a style sheet and the attributes of its element.
type sheet struct{ with, text []byte }

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
