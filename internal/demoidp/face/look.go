// Package face draws the pictures of the demo's people: head, hair and shoulders
// before a coloured sky, from a few words in the file of people. No picture of
// anybody real is needed, and none is fetched. It touches nothing.
package face

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"strings"
)

// Look says how somebody looks. The zero value is drawn too.
type Look struct {
	Sky     int    `toml:"sky"`   // hue of the background, in degrees
	Skin    int    `toml:"skin"`  // 1, the lightest, to 5; 0 is 2
	Hair    string `toml:"hair"`  // black, brown, red, blond, grey or white; empty is brown
	Style   string `toml:"style"` // short, long, bun, curly or bald; empty is short
	Glasses bool   `toml:"glasses"`
	Beard   bool   `toml:"beard"`
}

// Check says what of a look cannot be drawn.
func (l Look) Check() error {
	switch {
	case l.Sky < 0 || l.Sky > 360:
		return fmt.Errorf("sky is a hue from 0 to 360, not %d", l.Sky)
	case l.Skin < 0 || l.Skin >= len(skins):
		return fmt.Errorf("skin is a number from 1 to %d, not %d", len(skins)-1, l.Skin)
	case l.Hair != "" && hairs[l.Hair] == (color.RGBA{}):
		return fmt.Errorf("hair is one of %s, not %q", strings.Join(slices.Sorted(maps.Keys(hairs)), ", "), l.Hair)
	case l.Style != "" && styles[l.Style] == nil:
		return fmt.Errorf("style is one of %s, not %q", strings.Join(slices.Sorted(maps.Keys(styles)), ", "), l.Style)
	}
	return nil
}

var skins = []color.RGBA{
	{0xe8, 0xbe, 0x9a, 255}, // 0: as 2
	{0xf6, 0xd7, 0xc0, 255}, {0xe8, 0xbe, 0x9a, 255}, {0xc9, 0x95, 0x6b, 255}, {0x96, 0x62, 0x3f, 255}, {0x61, 0x3d, 0x28, 255},
}

var hairs = map[string]color.RGBA{
	"black": {0x22, 0x1c, 0x1a, 255}, "brown": {0x5a, 0x38, 0x20, 255}, "red": {0xa0, 0x4a, 0x22, 255},
	"blond": {0xd0, 0xa4, 0x57, 255}, "grey": {0x9b, 0x96, 0x90, 255}, "white": {0xec, 0xe9, 0xe4, 255},
}

// hsl is a colour of hue h in degrees, saturation s and lightness l.
func hsl(h, s, l float64) color.RGBA {
	f := func(n float64) uint8 {
		k := math.Mod(n+h/30, 12)
		return uint8(255 * (l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))))
	}
	return color.RGBA{f(0), f(8), f(4), 255}
}

// shade makes a colour darker.
func shade(c color.RGBA, by float64) color.RGBA {
	return color.RGBA{uint8(float64(c.R) * by), uint8(float64(c.G) * by), uint8(float64(c.B) * by), 255}
}
