package ui

import (
	"runtime"
	"strings"
)

// About says what a program is made of. licences is the text of build/licences.txt.
func About(commit, date, licences string) *AboutView {
	return &AboutView{
		Commit: commit, Date: date, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Licences: readLicences(licences),
	}
}

// readLicences reads the list: rules around the modules, then the text.
func readLicences(list string) []LicenceView {
	rule := strings.Repeat("=", 78) + "\n"
	parts := strings.Split(list, rule)
	var out []LicenceView
	for i := 1; i+1 < len(parts); i += 2 {
		out = append(out,
			LicenceView{Modules: strings.Split(strings.TrimSpace(parts[i]), "\n"), Text: strings.TrimSpace(parts[i+1])})
	}
	return out
}
