package fleet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"app.latchkey/test/plot"
)

// counted is a day's refreshes by time.
type counted struct {
	n       int
	day     day
	step    time.Duration // what one count covers
	all     []int         // requests, whatever came of them
	done    []int         // those that were answered with tokens
	figures []figure
}

// figure is one result and its goal.
type figure struct {
	what      string
	got, most float64
}

// report counts, in steps of a minute, or of as many as hold 150 refreshes.
func report(n int, d day, requests []request) *counted {
	r := &counted{n: n, day: d, step: time.Minute}
	for expected(n)*r.step.Minutes() < 150 && r.step < 20*time.Minute {
		r.step += time.Minute
	}
	steps := int(d.end / r.step)
	r.all, r.done = make([]int, steps+1), make([]int, steps+1)
	for _, q := range requests {
		i := min(int(q.at/r.step), steps)
		r.all[i]++
		if q.outcome == "refreshed" {
			r.done[i]++
		}
	}
	mean := r.mean(span{time.Hour, d.end})
	undisturbed := []span{
		{time.Hour, d.outage.from}, {d.outage.to + 40*time.Minute, 3 * time.Hour}, {5 * time.Hour, d.busy.from},
		{d.busy.to + 40*time.Minute, d.end},
	}
	r.figures = []figure{
		{"peak over mean after the first hour, nothing being wrong", r.peak(undisturbed...) / mean, 1.5},
		{
			"peak over mean at noon, lids being opened",
			r.peak(span{3*time.Hour + 20*time.Minute, 5 * time.Hour}) / mean, 1.5,
		},
		{
			"peak over mean in the 40 minutes after the outage",
			r.peak(span{d.outage.to, d.outage.to + 40*time.Minute}) / mean, 2,
		},
		{
			"peak over mean in the 40 minutes after the rate limit",
			r.peak(span{d.busy.to, d.busy.to + 40*time.Minute}) / mean, 2,
		},
	}
	return r
}

// chance is the tolerance for a fleet that is smaller than the one of the goal: the highest of sixty small counts
// exceeds the expected value by chance alone.
func (r *counted) chance() float64 {
	if r.n >= 10_000 {
		return 1
	}
	return 1 + 1.5/math.Sqrt(expected(r.n)*r.step.Minutes())
}

// in returns the counts of the whole steps within a span.
func (r *counted) in(s span) []int {
	from, to := int((s.from+r.step-1)/r.step), min(int(s.to/r.step), len(r.all)-1)
	return r.all[from:max(from, to)]
}

func (r *counted) mean(s span) float64 {
	sum := 0
	counts := r.in(s)
	for _, c := range counts {
		sum += c
	}
	return float64(sum) / float64(len(counts))
}

func (r *counted) peak(spans ...span) float64 {
	most := 0
	for _, s := range spans {
		if counts := r.in(s); len(counts) > 0 {
			most = max(most, slices.Max(counts))
		}
	}
	return float64(most)
}

// clock is a time of the day.
func clock(d time.Duration) string { return morning.Add(9 * time.Hour).Add(d).Format("15:04") }

func (r *counted) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d desktops, tokens of an hour, counted in steps of %s. All sign in within a minute of 09:00 "+
		"and sleep at noon; the\nprovider is away %s–%s and takes half of what is needed %s–%s.\n\n",
		r.n, strings.TrimSuffix(r.step.String(), "0s"), clock(r.day.outage.from), clock(r.day.outage.to),
		clock(r.day.busy.from), clock(r.day.busy.to))
	b.WriteString("| Figure | Measured | Goal |\n|---|---|---|\n")
	for _, f := range r.figures {
		fmt.Fprintf(&b, "| %s | %.2f | ≤ %.2f |\n", f.what, f.got, f.most)
	}
	b.WriteString("| desktops signed out | 0 | 0 |\n")
	return b.String()
}

// plot draws the day: how many refreshes were asked for, and answered, as multiples of their mean.
func (r *counted) plot() string {
	mean := r.mean(span{time.Hour, r.day.end})
	c := plot.Chart{
		X: plot.Axis{Title: "time of the day", Max: r.day.end.Hours()},
		Y: plot.Axis{Title: "refreshes, as multiples of their mean", Max: 2.4},
		Bands: []plot.Band{
			{From: r.day.outage.from.Hours(), To: r.day.outage.to.Hours(), Name: "outage"},
			{From: 3, To: 4 + 25./60, Name: "lids closed and opened"},
			{From: r.day.busy.from.Hours(), To: r.day.busy.to.Hours(), Name: "rate limit"},
		},
	}
	for _, v := range []float64{0, 0.5, 1, 1.5, 2} {
		c.Y.Ticks = append(c.Y.Ticks, plot.Tick{At: v, Label: fmt.Sprintf("%.1f", v)})
	}
	for h := time.Duration(0); h <= r.day.end; h += time.Hour {
		c.X.Ticks = append(c.X.Ticks, plot.Tick{At: h.Hours(), Label: clock(h)})
	}
	for _, line := range []struct {
		name   string
		counts []int
	}{{"answered", r.done}, {"asked for", r.all}} {
		points := make([]plot.Point, 0, len(line.counts))
		for i, n := range line.counts[:len(line.counts)-1] {
			middle := time.Duration(i)*r.step + r.step/2
			points = append(points, plot.Point{X: middle.Hours(), Y: float64(n) / mean})
		}
		c.Lines = append(c.Lines, plot.Line{Name: line.name, Points: points})
	}
	return c.SVG()
}
