//go:build linux

package packages

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// valid checks a manifest, in JSON or YAML, against a schema.
const valid = `import json, sys, yaml, jsonschema
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(yaml.load(open(sys.argv[2]), Loader=yaml.BaseLoader))`

// Each manifest fits the schema that its package manager publishes, and each file that it names has the sum of the
// file in dist/.
func TestTheManifests(t *testing.T) {
	dir := filepath.Dir(filepath.Dir(run(t, "sh", "-c", `find "$1" -name latchkeyctl.json | tr -d '\n'`, "sh",
		unpack(t, made(t, "latchkey-*-manifests.tar.gz")))))
	for manifest, schema := range map[string]string{
		"winget/app.latchkey.latchkey.yaml":              "winget/version.json",
		"winget/app.latchkey.latchkey.installer.yaml":    "winget/installer.json",
		"winget/app.latchkey.latchkey.locale.en-GB.yaml": "winget/defaultLocale.json",
		"scoop/latchkeyctl.json":                         "scoop/schema.json",
	} {
		run(t, "python3", "-c", valid, filepath.Join("testdata", "schemas", schema), filepath.Join(dir, manifest))
	}
	flatpak := filepath.Join(dir, "flatpak", "app.latchkey.latchkey.json")
	shown := exec.Command("flatpak-builder", "--show-manifest", flatpak)
	shown.Dir = t.TempDir() // where it keeps its state
	if out, err := shown.CombinedOutput(); err != nil || strings.Contains(string(out), "Unknown property") {
		t.Errorf("flatpak-builder: %v\n%s", err, out)
	}
	metainfo := filepath.Join(dir, "appstream", "app.latchkey.latchkey.metainfo.xml")
	run(t, "appstreamcli", "validate", "--no-net", metainfo)

	dist := sums(t, filepath.Join(repository(t), "dist"))
	for file, wanted := range map[string]int{
		"winget/app.latchkey.latchkey.installer.yaml": 2, "scoop/latchkeyctl.json": 2,
		"flatpak/app.latchkey.latchkey.json": 1, "appstream/app.latchkey.latchkey.metainfo.xml": 2,
	} {
		named(t, filepath.Join(dir, file), dist, wanted)
	}
	installers, err := os.ReadFile(filepath.Join(dir, "winget", "app.latchkey.latchkey.installer.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	product := regexp.MustCompile(`ProductCode\t(\{[0-9A-F-]+\})`).FindStringSubmatch(
		run(t, "msiinfo", "export", made(t, "latchkey-*-windows-amd64.msi"), "Property"))
	if product == nil || !strings.Contains(string(installers), `ProductCode: "`+product[1]+`"`) {
		t.Errorf("winget would not find the MSI %v again:\n%s", product, installers)
	}
	for _, file := range []string{"bin/latchkey", "share/applications/latchkey.desktop", "LICENSE"} {
		if out := run(t, "tar", "-tzf", made(t, "latchkey-*-linux-amd64.tar.gz")); !strings.Contains(out, file) {
			t.Errorf("the Flatpak is made of %s, which is not in the archive:\n%s", file, out)
		}
	}
}

// named checks that each address in a manifest is followed by the sum of its file.
func named(t *testing.T, manifest string, dist map[string]string, wanted int) {
	t.Helper()
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`https://downloads\.latchkey\.invalid/[^"<]+\.(?:exe|msi|zip|gz|dmg)`)
	sum := regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	files, found := address.FindAllString(string(data), -1), sum.FindAllString(string(data), -1)
	if len(files) != wanted || len(found) != wanted {
		t.Fatalf("%s names %v with %v", manifest, files, found)
	}
	for i, file := range files {
		if dist[path.Base(file)] != found[i] {
			t.Errorf("%s says %s of %s, which has the sum %s", manifest, found[i], file, dist[path.Base(file)])
		}
	}
}

// On macOS, and where a release is put together, there is a disk image too: its cask is read by Ruby, as Homebrew does.
// The address of the downloads is the publisher's, and none that could break out of a manifest is taken.
func TestTheCask(t *testing.T) {
	dist := t.TempDir()
	version := strings.TrimSpace(run(t, filepath.Join(repository(t), "build", "version.sh"), "version"))
	for _, pattern := range []string{"latchkey-*-linux-amd64.tar.gz", "latchkey-*-windows-amd64-setup.exe"} {
		run(t, "cp", made(t, pattern), dist)
	}
	image := filepath.Join(dist, "latchkey-"+version+"-macos.dmg")
	if err := os.WriteFile(image, []byte("an image"), 0o600); err != nil {
		t.Fatal(err)
	}
	make := func(downloads string) ([]byte, error) {
		cmd := exec.Command(filepath.Join(repository(t), "build", "manifests.sh"))
		cmd.Env = append(os.Environ(), "DIST="+dist, "LATCHKEY_DOWNLOADS="+downloads,
			"LATCHKEY_HOMEPAGE=https://portal.acme.example")
		return cmd.CombinedOutput()
	}
	const downloads = "https://github.com/acme/portal/releases/download/v1.0.0"
	said, err := make(downloads)
	if err != nil || !strings.Contains(string(said), "Without latchkey-"+version+"-windows-amd64.msi") {
		t.Errorf("where files are missing: %v\n%s", err, said)
	}
	packed := unpack(t, filepath.Join(dist, "latchkey-"+version+"-manifests.tar.gz"))
	var got struct {
		Token                               string
		Version, Sha256, URL, App, Homepage []string
	}
	cask := filepath.Join(packed, "latchkey-"+version+"-manifests", "homebrew", "latchkey.rb")
	if err := json.Unmarshal([]byte(run(t, "ruby", "testdata/cask.rb", cask)), &got); err != nil {
		t.Fatal(err)
	}
	sum, _, _ := strings.Cut(run(t, "sha256sum", image), " ")
	if got.Token != "latchkey" || got.Version[0] != version || got.Sha256[0] != sum ||
		got.URL[0] != downloads+"/"+filepath.Base(image) || got.App[0] != "Latchkey.app" ||
		got.Homepage[0] != "https://portal.acme.example" {
		t.Errorf("the cask says %+v", got)
	}
	for _, bad := range []string{
		"http://acme.example", `https://acme.example/"; system("id")`, "https://acme.example/$(id)", "https://a|b",
	} {
		if said, err := make(bad); err == nil {
			t.Errorf("%s is taken as an address:\n%s", bad, said)
		}
	}
}
