package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The tutorial's .env counts in a development build, and in no other: in a shipped
// app it would let a folder choose the provider.
func TestTheTutorialsFileInADevelopmentBuild(t *testing.T) {
	dir := t.TempDir()
	file := "OAUTH_CLIENT_ID=P2abcdefghijklmnopqrstuvwxyz\nOAUTH_CLIENT_SECRET=hush-hush\n" +
		"OAUTH_AUTHORIZATION_ENDPOINT=https://api.descope.com/oauth2/v1/authorize\n" +
		"OAUTH_TOKEN_ENDPOINT=https://api.descope.com/oauth2/v1/token\n" +
		"OAUTH_REDIRECT_URI=http://localhost:8550/oauth_callback\nOAUTH_TOKEN_SECRET=hush-hush\n"
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	const derived = "https://api.descope.com/P2abcdefghijklmnopqrstuvwxyz"
	for tag, want := range map[string]string{"dev,demo": derived, "": ""} {
		program := filepath.Join(dir, "latchkeyctl"+tag)
		if out, err := exec.Command("go", "build", "-tags", tag, "-o", program, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.Command(program, "config", "--json")
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
		out, err := cmd.Output()
		var got struct {
			Settings []settingLine `json:"settings"`
			Warnings []string      `json:"warnings"`
		}
		if err == nil {
			err = json.Unmarshal(out, &got)
		}
		if err != nil || strings.Contains(string(out), "hush") {
			t.Fatalf("%q: %v\n%s", tag, err, out)
		}
		for _, s := range got.Settings {
			if s.Key == "issuer" && s.Value != want || s.Key == "redirect_ports" && strings.HasPrefix(tag, "dev") &&
				(s.Value != "8550" || s.Source != ".env" || s.Line != 5) {
				t.Errorf("%q: %+v", tag, s)
			}
		}
		if warned := strings.Join(got.Warnings, "\n"); strings.Contains(warned,
			"OAUTH_TOKEN_SECRET is accepted and unused") != (strings.HasPrefix(tag, "dev")) {
			t.Errorf("%q: %s", tag, warned)
		}
		if tag != "" {
			tellsWhatIsMissing(t, program)
		}
	}
}

// tellsWhatIsMissing runs a development build beside a .env without a client ID.
func tellsWhatIsMissing(t *testing.T, program string) {
	t.Helper()
	dir := t.TempDir()
	file := []byte("OAUTH_AUTHORIZATION_ENDPOINT=https://id.acme.example/authorize\n")
	if err := os.WriteFile(filepath.Join(dir, ".env"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "config")
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	for _, name := range []string{"OAUTH_CLIENT_ID", "OAUTH_TOKEN_ENDPOINT", "OAUTH_USER_ENDPOINT"} {
		want := name + " is required but not set: add the line " + name + "="
		if err == nil || strings.Count(string(out), want) != 1 {
			t.Errorf("%v, and not once %q in\n%s", err, want, out)
		}
	}
}
