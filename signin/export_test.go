package signin

import "slices"

// Matches and WindowOnly are for the test that every code is classified.
var Matches = matches

// windowOnly are codes of what the window alone does.
var windowOnly = []string{"wrong_address", "folder_missing", "ambiguous_account", "still_signed_in",
	"start_path", "start_entry"}

// WindowOnly reports whether no call of this package can fail with that code.
func WindowOnly(code string) bool { return slices.Contains(windowOnly, code) }
