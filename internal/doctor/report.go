package doctor

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Report is what one run found.
type Report struct {
	Schema   int       `json:"schema"` // 1: docs/doctor.schema.json
	App      string    `json:"app"`
	Version  string    `json:"version"`
	Platform string    `json:"platform"` // such as linux/amd64
	When     time.Time `json:"when"`
	OK       bool      `json:"ok"` // nothing failed
	Findings []Finding `json:"findings"`
}

func (d *Doctor) report(findings []Finding) Report {
	r := Report{
		Schema: 1, App: d.o.App, Version: d.o.Version, Platform: runtime.GOOS + "/" + runtime.GOARCH,
		When: d.o.Now().UTC().Truncate(time.Second), OK: true, Findings: append([]Finding{}, findings...),
	}
	for _, f := range findings {
		r.OK = r.OK && f.Status != Fail
	}
	return r
}

// Line is a finding for a terminal: one line, and its advice on a second.
func (f Finding) Line() string {
	out := fmt.Sprintf("%-4s  %-14s  %s", f.Status, f.ID, f.Title)
	if f.Detail != "" {
		out += ": " + f.Detail
	}
	if f.Advice != "" {
		out += fmt.Sprintf("\n%22s→ %s", "", f.Advice)
	}
	return out
}

// Summary counts the findings.
func (r Report) Summary() string {
	n := map[Status]int{}
	for _, f := range r.Findings {
		n[f.Status]++
	}
	return fmt.Sprintf("%d passed, %d to look at, %d failed", n[Pass], n[Warn], n[Fail])
}

// Text is the report to be saved and sent.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s on %s, %s\n\n", r.App, r.Version, r.Platform, r.When.Format(time.RFC3339))
	for _, f := range r.Findings {
		b.WriteString(f.Line() + "\n")
	}
	b.WriteString("\n" + r.Summary() + "\n")
	return b.String()
}
