package settings

import (
	"errors"
	"fmt"
	"os"
)

// policy reads the administrator's file. What it sets is locked.
func (l *loader) policy(path string, trusted bool) {
	source := Source{Name: "policy.toml", File: path, Locked: true}
	f, err := os.Open(path)
	if absent(path, err) {
		return
	}
	if err != nil {
		l.fail(source, "", fmt.Sprintf("cannot read %s: %v", path, errors.Unwrap(err)))
		return
	}
	defer func() { _ = f.Close() }()
	if !trusted {
		if err := administrators(f); err != nil {
			l.fail(source, "", err.Error())
			return
		}
	}
	data, err := readOpen(f)
	if err != nil {
		l.fail(source, "", err.Error())
		return
	}
	l.bytes(source, data)
}

// locksProvider reports whether a policy with these values says where the provider is.
// If it does, nothing that the person's own files, environment or flags say about that,
// or about whom to believe, counts: [loader.put] passes over it. The team's file, which
// the person cannot change, still counts.
func locksProvider(policy map[string]value) bool {
	for name := range policy {
		if k, _ := lookup(name); k.Decides == where {
			return true
		}
	}
	return false
}

// errNotAdministrators is the problem of a policy that its subjects could have
// written.
var errNotAdministrators = errors.New("it, or its folder, can be changed by others than the administrator: both must " +
	"belong to the administrator (root) and be writable by nobody else")
