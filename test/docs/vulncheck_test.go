package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// vulncheck runs build/vulncheck.sh over the vault, whose keychain library brings most of
// what is linked in, with the database at db.
func vulncheck(t *testing.T, db string) (string, error) {
	t.Helper()
	cmd := exec.Command("build/vulncheck.sh", "./internal/vault")
	cmd.Dir = repository
	cmd.Env = append(os.Environ(), "GOVULNDB="+db)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// testdata/vulndb has the advisories that version 0.1.0 shipped with, written by hand: the
// database itself cannot be reached everywhere.
func TestAdvisoriesOfVersion010AreMended(t *testing.T) {
	db, err := filepath.Abs("testdata/vulndb")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := vulncheck(t, "file://"+db); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// An advisory about something that is called is a failure that names it.
func TestVulncheckFindsWhatIsCalled(t *testing.T) {
	const entry = `{"schema_version": "1.3.1", "id": "GO-2099-0001", "summary": "invented",
		"modified": "2026-01-01T00:00:00Z",
		"database_specific": {"url": "https://pkg.go.dev/vuln/GO-2099-0001", "review_status": "REVIEWED"},
		"affected": [{"package": {"name": "github.com/gofrs/flock", "ecosystem": "Go"},
			"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
			"ecosystem_specific": {"imports": [{"path": "github.com/gofrs/flock"}]}}]}`
	db := t.TempDir()
	if err := os.WriteFile(filepath.Join(db, "GO-2099-0001.json"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := vulncheck(t, "file://"+db)
	if err == nil || !strings.Contains(out, "GO-2099-0001") || !strings.Contains(out, "gofrs/flock") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestVulncheckWithoutItsDatabase(t *testing.T) {
	if out, err := vulncheck(t, "file:///nowhere"); err == nil || !strings.Contains(out, "GOVULNDB names a copy") {
		t.Errorf("%v\n%s", err, out)
	}
}
