// Package plot draws the lines of docs/performance.md as SVG, for a light and a dark page. It touches nothing.
package plot

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Axis is one direction of a [Chart].
type Axis struct {
	Title    string // with the unit
	Min, Max float64
	Log      bool // powers of ten have the same distance; Min is above zero then
	Ticks    []Tick
}

// Tick is a place of an axis with a label.
type Tick struct {
	At    float64
	Label string
}

// Point is one value.
type Point struct{ X, Y float64 }

// Line is a series of values. Values beyond the axis are drawn at its end.
type Line struct {
	Name   string
	Points []Point
	Marks  bool // a dot at each value
}

// Band is a part of the X axis with a name.
type Band struct {
	From, To float64
	Name     string
}

// Chart is a plot of at most four lines.
type Chart struct {
	X, Y  Axis
	Bands []Band
	Lines []Line
}

// The size of the plot within its margins, in the units of the picture.
const (
	width, height            = 860.0, 280.0
	left, right, over, below = 74.0, 24.0, 52.0, 56.0
	look                     = `
text{fill:var(--soft)} .ink{fill:var(--ink)} .grid{stroke:var(--grid)} .band{fill:var(--band)} .page{fill:var(--page)}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round} .l0{stroke:var(--l0)} .l1{stroke:var(--l1);stroke-dasharray:7 3}
.l2{stroke:var(--l2);stroke-dasharray:2 3} .l3{stroke:var(--l3);stroke-dasharray:9 3 2 3}
.d0{fill:var(--l0)} .d1{fill:var(--l1)} .d2{fill:var(--l2)} .d3{fill:var(--l3)}
svg{--page:#faf8f4;--ink:#1f1c17;--soft:#6a6359;--grid:#e6e1d8;--band:#f5ead3;
--l0:#8a5a00;--l1:#b3261e;--l2:#1f6f6a;--l3:#5b4a9e}
@media (prefers-color-scheme:dark){svg{--page:#1d1a16;--ink:#f1ece3;--soft:#b0a798;--grid:#3a352d;--band:#3a301c;
--l0:#e3ae52;--l1:#ff8f80;--l2:#74cac2;--l3:#b7a8f5}}
`
)

// place returns where on an axis of the given length a value stands.
func (a Axis) place(v, length float64) float64 {
	low, high := a.Min, a.Max
	if a.Log {
		low, high, v = math.Log10(low), math.Log10(high), math.Log10(max(v, a.Min))
	}
	return length * min(max((v-low)/(high-low), 0), 1)
}

// Decades are the ticks of a logarithmic axis: each power of ten from low to high.
func Decades(low, high float64) []Tick {
	var out []Tick
	for v := low; v <= high*1.0001; v *= 10 {
		out = append(out, Tick{v, label(v)})
	}
	return out
}

// label writes a number with its thousands apart.
func label(v float64) string {
	if v < 1000 {
		return fmt.Sprintf("%g", v)
	}
	return fmt.Sprintf("%d,%03d", int(v)/1000, int(v)%1000)
}

// SVG draws the chart.
func (c Chart) SVG() string {
	var b strings.Builder
	x := func(v float64) float64 { return left + c.X.place(v, width) }
	y := func(v float64) float64 { return over + height - c.Y.place(v, height) }
	text := func(x, y float64, attributes, words string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, attributes, html.EscapeString(words))
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="system-ui, `+
		`sans-serif" font-size="13">`+"\n<style>%s</style>\n", left+width+right, over+height+below, look)
	b.WriteString(`<rect class="page" width="100%" height="100%" rx="6"/>` + "\n")
	for _, s := range c.Bands {
		fmt.Fprintf(&b, `<rect class="band" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", x(s.From), over,
			x(s.To)-x(s.From), height)
		text(x(s.From), over-7, "", s.Name)
	}
	for _, t := range c.Y.Ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", left, left+width, y(t.At),
			y(t.At))
		text(left-8, y(t.At)+4, `text-anchor="end"`, t.Label)
	}
	for _, t := range c.X.Ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", x(t.At), x(t.At),
			over+height, over+height+5)
		text(x(t.At), over+height+20, `text-anchor="middle"`, t.Label)
	}
	text(left+width/2, over+height+44, `class="ink" text-anchor="middle"`, c.X.Title)
	middle := over + height/2
	text(18, middle, fmt.Sprintf(`class="ink" text-anchor="middle" transform="rotate(-90 18 %.1f)"`, middle), c.Y.Title)
	c.lines(&b, x, y)
	b.WriteString("</svg>\n")
	return b.String()
}

// lines draws the series, and above the plot what each of them is.
func (c Chart) lines(b *strings.Builder, x, y func(float64) float64) {
	at := left
	for i, line := range c.Lines {
		points := make([]string, 0, len(line.Points))
		for _, p := range line.Points {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(p.X), y(p.Y)))
			if line.Marks {
				fmt.Fprintf(b, `<circle class="d%d" cx="%.1f" cy="%.1f" r="3.5"/>`+"\n", i, x(p.X), y(p.Y))
			}
		}
		fmt.Fprintf(b, `<polyline class="line l%d" points="%s"/>`+"\n", i, strings.Join(points, " "))
		fmt.Fprintf(b, `<line class="line l%d" x1="%.1f" x2="%.1f" y1="16" y2="16"/>`+
			`<text class="ink" x="%.1f" y="20">%s</text>`+"\n", i, at, at+26, at+32, html.EscapeString(line.Name))
		at += 58 + 7*float64(len(line.Name))
	}
}
