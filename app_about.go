package main

import (
	"runtime"
	"strings"
)

// about says what this program is made of.
func (a *App) about() *AboutView {
	return &AboutView{
		Commit: a.build.Commit, Date: a.build.Date, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Licences: licences(a.build.Licences),
	}
}

// licences reads the list that build/licences.txt is: rules around the modules,
// then the text.
func licences(list string) []LicenceView {
	rule := strings.Repeat("=", 78) + "\n"
	parts := strings.Split(list, rule)
	var out []LicenceView
	for i := 1; i+1 < len(parts); i += 2 {
		out = append(out, LicenceView{Modules: strings.Split(strings.TrimSpace(parts[i]), "\n"), Text: strings.TrimSpace(parts[i+1])})
	}
	return out
}
