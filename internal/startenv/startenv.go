// Package startenv takes out of this process's environment, before anything else
// runs, what must not act on the window or reach the programs that it starts.
//
// Of a release, what makes the window's web view scriptable or loads other code into
// it. Of every build, the secrets of the settings: [Environ] still has them, WebKit's
// processes and the browser do not. What WebKitGTK needs to draw at all on certain
// graphics cards is set, unless the person has set it. WebKitGTK's JavaScript engine is
// told to compile nothing ([Interpret]).
//
// The memory in which the system handed over the environment cannot be cleared: on
// Linux a process of the same user still reads it in /proc/PID/environ of this very
// process. The package touches the environment and nothing else.
package startenv

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// owners are the beginnings of our own variables, and secrets what the name of one has
// whose text is a secret: LATCHKEY_STORE_PASSPHRASE and LATCHKEY_CLIENT_SECRET.
var (
	owners  = []string{"LATCHKEY_", "OAUTH_"}
	secrets = []string{"PASSPHRASE", "SECRET", "PASSWORD"}
)

// scripting are the beginnings of the variables that open a web view to others or load
// code into it. SECURITY.md says what each does.
var scripting = []string{
	"WEBKIT_INSPECTOR_", "WEBKIT_INJECTED_BUNDLE_PATH", "WEBKIT_DISABLE_SANDBOX_",
	"WEBKIT_ENABLE_DEBUG_PERMISSIONS_IN_SANDBOX", "JSC_",
	"WEBVIEW2_", "COREWEBVIEW2_",
}

// taken are the secrets that were in the environment at the first call, each as
// KEY=value, and no longer are.
var taken = sync.OnceValue(func() []string {
	var out []string
	for _, kv := range os.Environ() {
		name, text, _ := strings.Cut(kv, "=")
		if isSecret(name) && os.Unsetenv(name) == nil && text != "" {
			out = append(out, kv)
		}
	}
	return out
})

func isSecret(name string) bool {
	name = strings.ToUpper(name) // Windows takes a name in any case
	return slices.ContainsFunc(owners, func(s string) bool { return strings.HasPrefix(name, s) }) &&
		slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(name, s) })
}

// Prepare cleans the environment. It is the first thing that a program calls.
func Prepare() {
	taken()
	if !development {
		for _, kv := range os.Environ() {
			if name, _, _ := strings.Cut(kv, "="); opensWebView(name) {
				_ = os.Unsetenv(name)
			}
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	for _, kv := range []string{Renderer + "=1", Interpret} {
		name, text, _ := strings.Cut(kv, "=")
		if _, set := os.LookupEnv(name); !set {
			_ = os.Setenv(name, text)
		}
	}
}

// Interpret keeps WebKitGTK's JavaScript engine from compiling to machine code: the window's few scripts need no
// compiler, whose holes are what most attacks on an engine use, and take 7 MiB less without it. Package browser takes
// it out of what a browser is given: a browser on WebKitGTK would be slow.
const Interpret = "JSC_useJIT=0"

// Renderer is the variable that keeps WebKitGTK from its DMA-BUF renderer. With that
// renderer the window stays empty on several graphics cards and compositors (NVIDIA,
// KWin, some of Mesa). WebKit leaves the choice to each program; other programs on
// WebKitGTK set it too. A person who wants that renderer sets the variable to 0.
const Renderer = "WEBKIT_DISABLE_DMABUF_RENDERER"

func opensWebView(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(scripting, func(s string) bool { return strings.HasPrefix(name, s) })
}

// Environ is this process's environment behind the secrets that were taken out of it:
// of a variable that stands in it twice the later one counts.
func Environ() []string { return slices.Concat(taken(), os.Environ()) }
