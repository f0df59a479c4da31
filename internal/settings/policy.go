package settings

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
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
	l.lockPlace()
}

// lockPlace: once the policy says where the provider is, nothing that the person's
// own files, environment or flags say about that counts. The team's file, which
// the person cannot change, still does.
func (l *loader) lockPlace() {
	if !l.lockedPlace() {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(l.values)) {
		k, _ := lookup(name)
		v := l.values[name]
		if k.Place && v.rank > 0 && v.rank < l.rank {
			l.warn("%s: %s is ignored: the administrator's policy says where the provider is", v.source, name)
			delete(l.values, name)
		}
	}
}

// lockedPlace reports whether the policy says where the provider is.
func (l *loader) lockedPlace() bool {
	for name, v := range l.values {
		if k, _ := lookup(name); k.Place && v.source.Locked {
			return true
		}
	}
	return false
}

// errNotAdministrators is the problem of a policy that its subjects could have
// written.
var errNotAdministrators = errors.New("it, or its folder, can be changed by others than the administrator: both must belong to the administrator (root) and be writable by nobody else")
