package face

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
)

// shape is the distance of a point to an outline, negative inside. Points are
// within 0 and 1, y downwards.
type shape func(x, y float64) float64

// ellipse is exact where it is a circle, and near enough elsewhere.
func ellipse(cx, cy, rx, ry float64) shape {
	return func(x, y float64) float64 {
		return (math.Hypot((x-cx)/rx, (y-cy)/ry) - 1) * math.Min(rx, ry)
	}
}

func both(a, b shape) shape {
	return func(x, y float64) float64 { return math.Max(a(x, y), b(x, y)) }
}

func either(shapes ...shape) shape {
	return func(x, y float64) float64 {
		d := math.Inf(1)
		for _, s := range shapes {
			d = math.Min(d, s(x, y))
		}
		return d
	}
}

func not(a shape) shape { return func(x, y float64) float64 { return -a(x, y) } }

// line is the outline of a shape, width wide.
func line(a shape, width float64) shape {
	return func(x, y float64) float64 { return math.Abs(a(x, y)) - width/2 }
}

func above(limit float64) shape { return func(_, y float64) float64 { return y - limit } }

// twice mirrors what stands left of the middle to the right.
func twice(a shape) shape {
	return func(x, y float64) float64 { return a(0.5-math.Abs(x-0.5), y) }
}

// style is the hair behind the head and the hair before it.
type style struct{ back, front shape }

var (
	head   = ellipse(0.5, 0.45, 0.19, 0.24)
	skull  = ellipse(0.5, 0.43, 0.205, 0.255)
	crown  = both(skull, not(ellipse(0.5, 0.53, 0.175, 0.215)))
	fringe = both(crown, above(0.5))

	styles = map[string]*style{
		"short": {front: fringe},
		"long":  {back: either(ellipse(0.5, 0.46, 0.27, 0.3), both(ellipse(0.5, 0.6, 0.28, 0.26), above(0.8))), front: fringe},
		"bun":   {back: either(ellipse(0.5, 0.14, 0.1, 0.085), ellipse(0.5, 0.42, 0.225, 0.26)), front: fringe},
		"curly": {back: either(ellipse(0.5, 0.34, 0.27, 0.24), twice(ellipse(0.3, 0.46, 0.09, 0.12))), front: both(both(skull, not(ellipse(0.5, 0.56, 0.19, 0.26))), above(0.45))},
		"bald":  {front: both(both(twice(ellipse(0.305, 0.42, 0.035, 0.09)), skull), above(0.52))},
	}
)

// layer is a shape in one colour.
type layer struct {
	shape  shape
	colour color.RGBA
}

// layers are painted in this order.
func (l Look) layers() []layer {
	skin, hair := skins[l.Skin], hairs[l.Hair]
	if l.Hair == "" {
		hair = hairs["brown"]
	}
	cut := styles[l.Style]
	if cut == nil {
		cut = styles["short"]
	}
	dark := color.RGBA{0x2a, 0x21, 0x1c, 255}
	out := []layer{}
	if cut.back != nil {
		out = append(out, layer{cut.back, shade(hair, 0.85)})
	}
	out = append(out,
		layer{ellipse(0.5, 1.08, 0.4, 0.34), hsl(float64(l.Sky), 0.5, 0.32)},
		layer{both(ellipse(0.5, 0.7, 0.085, 0.16), above(0.84)), shade(skin, 0.86)},
		layer{twice(ellipse(0.315, 0.47, 0.035, 0.05)), shade(skin, 0.92)},
		layer{head, skin},
	)
	if l.Beard {
		out = append(out, layer{both(both(head, not(ellipse(0.5, 0.42, 0.165, 0.165))), not(above(0.48))), hair})
	}
	out = append(out,
		layer{cut.front, hair},
		layer{twice(ellipse(0.43, 0.46, 0.017, 0.021)), dark},
		layer{both(twice(line(ellipse(0.43, 0.445, 0.045, 0.045), 0.014)), above(0.418)), shade(hair, 0.8)},
		layer{both(line(ellipse(0.5, 0.5, 0.02, 0.03), 0.01), not(above(0.515))), shade(skin, 0.78)},
		layer{both(line(ellipse(0.5, 0.525, 0.065, 0.055), 0.015), not(above(0.552))), color.RGBA{0x9c, 0x3f, 0x3a, 255}},
	)
	if l.Glasses {
		rims := either(twice(line(ellipse(0.425, 0.462, 0.06, 0.052), 0.013)), both(line(ellipse(0.5, 0.47, 0.02, 0.02), 0.012), above(0.465)))
		out = append(out, layer{rims, dark})
	}
	return out
}

// WritePNG draws a look, size pixels wide and high.
func WritePNG(w io.Writer, l Look, size int) error {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	layers := l.layers()
	for py := range size {
		for px := range size {
			x, y := (float64(px)+0.5)/float64(size), (float64(py)+0.5)/float64(size)
			c := hsl(float64(l.Sky), 0.55, 0.86-0.2*y)
			for _, layer := range layers {
				c = mix(c, layer.colour, 0.5-layer.shape(x, y)*float64(size))
			}
			img.SetRGBA(px, py, c)
		}
	}
	return png.Encode(w, img)
}

// mix lays b over a; cover is below 0 outside of b and above 1 within.
func mix(a, b color.RGBA, cover float64) color.RGBA {
	cover = math.Min(1, math.Max(0, cover))
	f := func(a, b uint8) uint8 { return uint8(float64(a)*(1-cover) + float64(b)*cover + 0.5) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), 255}
}
