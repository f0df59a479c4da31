package startenv_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"app.latchkey/internal/startenv"
)

// TestMain makes the test's own program one that prints what a program it starts is
// given, and then what its own settings are read from.
func TestMain(m *testing.M) {
	switch os.Getenv("STARTENV_TEST") {
	case "parent":
		startenv.Prepare()
		_ = os.Setenv("STARTENV_TEST", "child")
		self, _ := os.Executable()
		out, err := exec.Command(self).CombinedOutput()
		if err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("child:\n" + string(out) + "settings:\n" + strings.Join(startenv.Environ(), "\n") +
			"\n")
		os.Exit(0)
	case "child":
		_, _ = os.Stdout.WriteString(strings.Join(os.Environ(), "\n") + "\n")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// prepared runs a program with the environment and returns what its child was given
// and what its settings are read from.
func prepared(t *testing.T, env ...string) (child, settings []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(env, "STARTENV_TEST=parent")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	first, second, _ := strings.Cut(strings.TrimPrefix(string(out), "child:\n"), "settings:\n")
	return strings.Fields(first), strings.Fields(second)
}

func TestSecretsReachTheSettingsAlone(t *testing.T) {
	secrets := []string{"LATCHKEY_STORE_PASSPHRASE=hush", "LATCHKEY_CLIENT_SECRET=hush", "OAUTH_CLIENT_SECRET=hush"}
	child, settings := prepared(t, append(secrets, "LATCHKEY_ISSUER=https://id.example", "LATCHKEY_LOG=debug")...)
	for _, kv := range secrets {
		if slices.Contains(child, kv) || !slices.Contains(settings, kv) {
			t.Errorf("%s: in the child's environment %v, in the settings' %v", kv, slices.Contains(child, kv),
				slices.Contains(settings, kv))
		}
	}
	if !slices.Contains(child, "LATCHKEY_LOG=debug") ||
		!slices.Contains(settings, "LATCHKEY_ISSUER=https://id.example") {
		t.Errorf("%v\n%v", child, settings)
	}
}

func TestWhatOpensTheWebViewIsTakenOut(t *testing.T) {
	bad := []string{
		"WEBKIT_INSPECTOR_SERVER=127.0.0.1:9222", "WEBKIT_INSPECTOR_HTTP_SERVER=127.0.0.1:9223",
		"WEBKIT_INJECTED_BUNDLE_PATH=/tmp",
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "JSC_useDollarVM=1",
		"WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS=--remote-debugging-port=9222",
		"WEBVIEW2_BROWSER_EXECUTABLE_FOLDER=C:/evil", "WEBVIEW2_USER_DATA_FOLDER=C:/evil",
		"WEBVIEW2_PIPE_FOR_SCRIPT_DEBUGGER=x",
		"WEBVIEW2_WAIT_FOR_SCRIPT_DEBUGGER=1", "WEBVIEW2_RELEASE_CHANNEL_PREFERENCE=1",
		"WebView2_Additional_Browser_Arguments=x", "COREWEBVIEW2_X=1",
	}
	child, _ := prepared(t, append(bad, "WEBKIT_FORCE_COMPOSITING_MODE=1")...)
	for _, kv := range bad {
		if slices.Contains(child, kv) {
			t.Errorf("%s is still there", kv)
		}
	}
	if !slices.Contains(child, "WEBKIT_FORCE_COMPOSITING_MODE=1") {
		t.Error("what only draws was taken out as well")
	}
}

func TestTheRendererIsThePersonsChoice(t *testing.T) {
	for given, want := range map[string]string{
		"": startenv.Renderer + "=1", startenv.Renderer + "=0": startenv.Renderer + "=0",
	} {
		if child, _ := prepared(t, given); !slices.Contains(child, want) {
			t.Errorf("%q: %v", given, child)
		}
	}
}

// The engine of a release compiles nothing, whatever the environment says.
func TestScriptsAreInterpreted(t *testing.T) {
	for _, given := range []string{"", "JSC_useJIT=1", "JSC_useJIT="} {
		child, _ := prepared(t, given)
		if !slices.Contains(child, startenv.Interpret) || slices.Contains(child, given) {
			t.Errorf("%q: %v", given, child)
		}
	}
}
