// Package archtest tests what the compiler cannot: which package may import which,
// and which may use the network, the disk, processes and the keychain.
// docs/architecture.md draws the same arrows.
package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "app.latchkey"

// packages are all packages of this module, each with those that it may import. A package below internal/ is named
// without internal/, any other by its folder. Packages that import none stand first; one package a line.
var packages = map[string][]string{
	"archtest":          {},
	"atomicfile":        {},
	"awake":             {},
	"notify":            {},
	"cleantext":         {},
	"clock":             {},
	"datafile":          {},
	"demoidp/face":      {},
	"demoidp/keep":      {},
	"demoidp/pages":     {},
	"devguard":          {},
	"loopback":          {},
	"managed/plists":    {},
	"nobus":             {},
	"ownfolder":         {},
	"peer":              {},
	"quiethttp":         {},
	"robot":             {},
	"online":            {},
	"secret":            {},
	"startenv":          {},
	"weburl":            {},
	"autostart":         {"atomicfile"},
	"browser":           {"weburl"},
	"claims":            {"cleantext"},
	"late":              {"loopback", "peer"},
	"demoidp/cast":      {"demoidp/face"},
	"demoidp/issuer":    {"demoidp/keep"},
	"learned":           {"atomicfile"},
	"logfile":           {"cleantext", "ownfolder"},
	"managed":           {"managed/plists"},
	"proof":             {"secret"},
	"provider":          {"datafile", "secret"},
	"proxy/route":       {"secret"},
	"picture":           {"proxy/route", "weburl"},
	"session":           {"secret"},
	"vault":             {"nobus", "ownfolder", "secret"},
	"account":           {"proof", "secret", "session", "weburl"},
	"demoidp/directory": {"demoidp/cast", "demoidp/issuer", "demoidp/pages"},
	"demoidp/social":    {"demoidp/cast", "demoidp/face", "demoidp/pages"},
	"openid":            {"cleantext", "proof", "provider", "proxy/route", "secret", "session", "weburl"},
	"proof/hardware":    {"proof", "secret"},
	"proxy":             {"proof", "proxy/kerberos", "proxy/pac", "proxy/route", "proxy/system", "secret"},
	"proxy/kerberos":    {},
	"proxy/pac":         {},
	"proxy/system":      {},
	"settings":          {"atomicfile", "datafile", "managed", "provider", "proxy/route", "secret", "weburl"},
	"rollout":           {"managed", "settings"},
	"demoidp/broker": {
		"demoidp/cast", "demoidp/face", "demoidp/issuer", "demoidp/keep", "demoidp/pages", "demoidp/social",
	},
	"doctor": {
		"browser", "cleantext", "datafile", "loopback", "openid", "ownfolder", "proof", "provider", "proxy/route",
		"settings", "vault",
	},
	"problem": {
		"account", "autostart", "browser", "cleantext", "datafile", "loopback", "openid", "ownfolder", "proof",
		"provider", "proxy/route", "session", "settings", "vault",
	},
	"demoidp": {"demoidp/broker", "demoidp/cast", "demoidp/directory", "demoidp/issuer", "demoidp/social"},
	"ui":      {"account", "claims", "cleantext", "problem", "provider", "secret", "session", "settings"},
	"desktop": {"atomicfile", "devguard", "notify", "ui"},
	"program": {"demoidp", "demoidp/cast", "logfile", "settings", "startenv"},
	"wire": {
		"account", "awake", "browser", "doctor", "learned", "loopback", "openid",
		"ownfolder", "peer", "problem", "proof/hardware", "provider", "proxy", "secret", "session", "settings",
		"startenv", "vault",
	},
	"connect": {
		"account", "autostart", "doctor", "late", "logfile", "online", "picture", "program", "settings", "ui", "wire",
	},
	"signin": {
		"account", "browser", "claims", "clock", "problem", "secret", "session", "settings", "vault", "wire",
	},
	"signin/signintest": {"clock", "signin", "test/idp"},
}

// yours are packages of the team that builds on this product: what they may import of
// ours, and which lines of touches they may use. They have no place in the picture and on
// the page (docs/your-app.md).
var yours = map[string]struct{ imports, uses []string }{}

// touches says which packages may import the packages that use the network, the disk, processes or the keychain. Every
// import path that begins with the key counts.
var touches = map[string][]string{
	"net/http": {
		"account", "demoidp", "demoidp/broker", "demoidp/directory", "demoidp/issuer", "demoidp/pages",
		"demoidp/social", "devguard", "doctor", "loopback", "openid", "picture", "proxy", "robot", "signin",
		"signin/signintest", "wire", "wiring", // latchkeyctl request
	},
	// weburl, peer and proxy/route parse addresses; a simulated TPM has a socket
	"net": {
		"proxy",
		"account", "demoidp", "devguard", "doctor", "late", "logfile", "loopback", "openid", "peer", "proof/hardware",
		"proxy/route", "robot", "weburl",
	},
	"os/exec": {"awake", "browser", "late", "proxy/system"},
	"os": {
		"proxy", "proxy/kerberos", "proxy/system",
		"atomicfile", "autostart", "browser", "demoidp", "demoidp/keep", "desktop", "devguard", "late", "learned",
		"logfile", "managed", "managed/plists", "nobus", "notify", "online",
		"ownfolder", "peer", "proof/hardware", "quiethttp", "settings", "startenv", "vault", "wire", "wiring",
	},
	"github.com/google/go-tpm":     {"proof/hardware"},
	"howett.net/plist":             {"autostart", "managed/plists", "rollout"},
	"github.com/dop251/goja":       {"proxy/pac"},
	"github.com/jcmturner/gokrb5":  {"proxy/kerberos"},
	"github.com/99designs/keyring": {"vault"},
	"github.com/godbus":            {"awake", "notify", "proxy/system", "vault"},
	"github.com/wailsapp":          {"desktop", "wiring"},
	"golang.org/x/oauth2":          {"demoidp/broker", "demoidp/social", "openid", "signin"},
	"github.com/coreos/go-oidc":    {"openid"},
	"github.com/zitadel":           {"demoidp/broker", "demoidp/directory", "demoidp/issuer"},
	"github.com/gorilla":           {"demoidp/issuer"},
	// in development builds alone
	"github.com/joho/godotenv": {"program"},
	// doctor reads what a handshake agreed on, settings whether a key belongs to its certificate
	"crypto/tls":                      {"doctor", "openid", "proxy", "settings"},
	"gopkg.in/natefinch/lumberjack.":  {"logfile"},
	"github.com/systemd/slog-journal": {"logfile"},
	"golang.org/x/sys/windows/svc":    {"logfile"},
	// Windows gives its table of connections by a pointer; NCrypt takes addresses; C's texts are freed by their address
	"unsafe": {"devguard", "logfile", "peer", "proof/hardware"},
	"plugin": {},
}

// skipped are folders without code of the product.
var skipped = []string{"node_modules", "testdata", ".git", "tools", "artifacts", "test", "templates"}

// isModule reports whether a folder is a module of its own, such as an example.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// imports reads every Go file below dir, whatever its build tags. Tests and modules
// of their own are left out.
func imports(t *testing.T, dir string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() && rel != "." && (slices.Contains(skipped, d.Name()) || isModule(path)) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		names := []string{}
		for _, s := range file.Imports {
			name, _ := strconv.Unquote(s.Path.Value)
			names = append(names, name)
		}
		out[filepath.ToSlash(rel)] = names
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// violations lists what breaks the rules.
func violations(files map[string][]string) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		name, allowed, known := packageOf(path)
		if !known {
			out = append(out, fmt.Sprintf("%s: a package that the table does not know", path))
			continue
		}
		for _, imported := range files[path] {
			if to, ours := strings.CutPrefix(imported, module+"/"); ours {
				to = strings.TrimPrefix(to, "internal/")
				if allowed != nil && !slices.Contains(allowed, to) {
					out = append(out, fmt.Sprintf("%s may not import %s", path, to))
				}
				continue
			}
			for what, who := range touches {
				if reaches(what, imported) && !slices.Contains(who, name) && !slices.Contains(yours[name].uses, what) {
					out = append(out, fmt.Sprintf("%s may not import %s", path, imported))
				}
			}
		}
	}
	return out
}

// reaches reports whether an import falls under the rule for what: what itself and
// everything below it. The rules for "net" and "os" are for these alone: net/url and
// os/signal touch nothing.
func reaches(what, imported string) bool {
	switch {
	case imported == what:
		return true
	case what == "net", what == "os":
		return false
	case strings.HasSuffix(what, "."):
		return strings.HasPrefix(imported, what)
	}
	return strings.HasPrefix(imported, what+"/")
}

// packageOf names a file's package and what of ours it may import; nil allows all, to
// the wiring of the two programs.
func packageOf(path string) (string, []string, bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 || strings.HasPrefix(path, "cmd/") {
		return "wiring", nil, i >= 0 || path == "main.go" || strings.HasPrefix(path, "app")
	}
	name := strings.TrimPrefix(path[:i], "internal/")
	if own, ok := yours[name]; ok {
		return name, own.imports, true
	}
	allowed, known := packages[name]
	return name, allowed, known
}

func TestTheTableOfImports(t *testing.T) {
	files := imports(t, "../..")
	if len(files) < 50 {
		t.Fatalf("%d files read", len(files))
	}
	for _, v := range violations(files) {
		t.Error(v)
	}
	for name := range packages {
		_, below := os.Stat(filepath.Join("..", name))
		if _, err := os.Stat(filepath.Join("../..", name)); err != nil && below != nil {
			t.Errorf("the table has a package %s that does not exist", name)
		}
	}
}

// A release must have nothing of the demo in it.
func TestTheDemoIsBehindItsTag(t *testing.T) {
	demo := func(name string) bool {
		return name == module+"/internal/robot" || strings.HasPrefix(name+"/", module+"/internal/demoidp/")
	}
	for path, names := range imports(t, "../..") {
		for _, name := range names {
			if !demo(name) || strings.HasPrefix(path, "internal/demoidp/") {
				continue // within the demo's own packages
			}
			data, err := os.ReadFile(filepath.Join("../..", path))
			if err != nil || !strings.HasPrefix(string(data), "//go:build demo\n") {
				t.Errorf("%s imports %s without the tag demo", path, name)
			}
		}
	}
}

// The check itself can fail.
func TestViolationsAreFound(t *testing.T) {
	got := violations(map[string][]string{
		"internal/account/a.go":   {module + "/internal/vault"},
		"internal/session/a.go":   {"os"},
		"internal/provider/a.go":  {"net/http"},
		"internal/loopback/a.go":  {module + "/internal/secret"},
		"internal/openid/a.go":    {"github.com/99designs/keyring", "os/exec"},
		"internal/cellar/a.go":    {},
		"internal/ui/a.go":        {module + "/internal/vault", "github.com/wailsapp/wails/v2/pkg/runtime"},
		"helper.go":               {},
		"internal/secret/fine.go": {"net/url", "fmt"},
	})
	if len(got) != 10 {
		t.Errorf("%d of 10 found:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// Package nobus does its work only while the module's path sorts before that of
// the keychain library.
func TestTheModulesNameSortsFirst(t *testing.T) {
	if module >= "github.com/99designs/keyring" {
		t.Error("rename internal/nobus's remedy with the module")
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil || !strings.HasPrefix(string(mod), "module "+module+"\n") {
		t.Errorf("go.mod does not begin with module %s (%v)", module, err)
	}
}
