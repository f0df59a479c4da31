package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Uses        string
		Permissions map[string]string
		Steps       []struct{ Uses, Run string }
	}
}

// The workflows never ran. The test checks what can be checked without running them: actions are pinned by digest, no
// job has more rights than it needs, the scripts are valid shell, and the make targets that they call exist.
func TestTheWorkflows(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repository, ".github/workflows/*.yml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	for _, path := range files {
		path, _ = filepath.Rel(repository, path)
		text := read(t, path)
		var w workflow
		if err := yaml.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s begins with the rights %v", path, w.Permissions)
		}
		for name, job := range w.Jobs {
			if job.Permissions["contents"] == "write" && name != "release" {
				t.Errorf("%s: %s may write", path, name)
			}
			for _, step := range job.Steps {
				if step.Uses != "" &&
					(!pinned.MatchString(step.Uses) ||
						!regexp.MustCompile(regexp.QuoteMeta(step.Uses)+` # v\d+\.\d+\.\d+\n`).MatchString(text)) {
					t.Errorf("%s: %s is not pinned by digest, with its tag beside it", path, step.Uses)
				}
				check := exec.Command("bash", "-n")
				check.Stdin = strings.NewReader(step.Run)
				if out, err := check.CombinedOutput(); err != nil {
					t.Errorf("%s: %s\n%s", path, step.Run, out)
				}
				for _, m := range regexp.MustCompile(`make ([a-z-]+)`).FindAllStringSubmatch(step.Run, -1) {
					if !strings.Contains(read(t, "Makefile"), "\n"+m[1]+":") {
						t.Errorf("%s calls make %s, which there is not", path, m[1])
					}
				}
			}
		}
	}
}
