package ownfolder

import "io/fs"

// root is false: Windows has no such user, and an administrator's files in a person's
// folder stay the person's by its access list.
func root() bool { return false }

func foreign(string, fs.FileInfo) error { return nil }

// Loose is false: on Windows a person's folder is the person's by its access list.
func Loose(string, fs.FileMode, bool) (Change, bool) { return Change{}, false }

// Make does nothing.
func (c Change) Make() error { return nil }
