//go:build bench

package bench

import (
	"fmt"
	"slices"
)

// figure is the result of a measurement, one value for each run.
type figure []float64

// one is a figure of a single run.
func one(v float64) figure { return figure{v} }

// at returns the quantile: the value below which that part of the runs lies.
func (f figure) at(part float64) float64 {
	s := slices.Sorted(slices.Values(f))
	if len(s) == 0 {
		return 0
	}
	place := part * float64(len(s)-1)
	low := int(place)
	high := min(low+1, len(s)-1)
	return s[low] + (s[high]-s[low])*(place-float64(low))
}

func (f figure) median() float64 { return f.at(0.5) }

// String is the median, with the quartiles when there are any.
func (f figure) String() string {
	if len(f) < 4 {
		return format(f.median())
	}
	return fmt.Sprintf("%s (%s–%s)", format(f.median()), format(f.at(0.25)), format(f.at(0.75)))
}

// format prints three digits, whatever the size.
func format(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v > 0 && v < 0.1:
		return fmt.Sprintf("%.2g", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// inTurn runs the measurements in turn, n times each, after one run of each that does not count.
func inTurn(n int, each ...func() float64) []figure {
	out := make([]figure, len(each))
	for i := range n + 1 {
		for j, f := range each {
			if v := f(); i > 0 {
				out[j] = append(out[j], v)
			}
		}
	}
	return out
}
