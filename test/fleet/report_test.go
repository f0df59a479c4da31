package fleet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
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

// plot draws the day as one line.
func (r *counted) plot() string {
	const width, height, left, top = 860.0, 260.0, 46.0, 24.0
	scale := 2.5 * expected(r.n) * r.step.Minutes()
	x := func(d time.Duration) float64 { return left + width*float64(d)/float64(r.day.end) }
	y := func(v float64) float64 { return top + height*(1-min(v/scale, 1)) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="system-ui, `+
		`sans-serif" font-size="12">`+"\n", left+width+14, top+height+34)
	b.WriteString(`<rect width="100%" height="100%" fill="#faf8f4"/>` + "\n")
	for _, s := range []struct {
		span
		what string
	}{
		{r.day.outage, "outage"}, {span{3 * time.Hour, 4*time.Hour + 25*time.Minute}, "lids closed and opened"},
		{r.day.busy, "rate limit"},
	} {
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#f5ead3"/><text x="%.1f" y="%.1f" `+
			`fill="#6a6359">%s</text>`+"\n", x(s.from), top, x(s.to)-x(s.from), height, x(s.from), top-6, s.what)
	}
	mean := r.mean(span{time.Hour, r.day.end})
	for _, k := range []float64{0, 0.5, 1, 1.5, 2} {
		fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#e6e1d8"/><text x="%.1f" y="%.1f" `+
			`text-anchor="end" fill="#6a6359">%.1f</text>`+"\n", left, left+width, y(k*mean), y(k*mean), left-6,
			y(k*mean)+4, k)
	}
	for h := time.Duration(0); h <= r.day.end; h += time.Hour {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#6a6359">%s</text>`+"\n", x(h),
			top+height+18, clock(h))
	}
	for _, line := range []struct {
		counts []int
		colour string
	}{{r.all, "#b3261e"}, {r.done, "#8a5a00"}} {
		points := make([]string, 0, len(line.counts))
		for i, c := range line.counts[:len(line.counts)-1] {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(time.Duration(i)*r.step+r.step/2), y(float64(c))))
		}
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n", line.colour,
			strings.Join(points, " "))
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" fill="#1f1c17">refreshes over their mean: <tspan `+
		`fill="#8a5a00">answered</tspan>, <tspan fill="#b3261e">asked for</tspan></text>`+"\n</svg>\n", left,
		top+height+32)
	return b.String()
}
