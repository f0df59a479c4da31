package desktop

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/internal/atomicfile"
)

// placement is how the window was left, so that the next start looks like the last. Lengths
// are in the window system's own pixels.
type placement struct {
	Width     int    `json:"width"` // 0 when nothing is known
	Height    int    `json:"height"`
	X         int    `json:"x"`
	Y         int    `json:"y"`
	Screens   string `json:"screens"`             // those that X and Y mean; "" when the system did not tell the place
	Maximised bool   `json:"maximised,omitempty"` // Width and Height are those before
	Dark      bool   `json:"dark"`                // the page was dark: so is the window before there is a page
}

// screen is one screen that is there now.
type screen struct{ Width, Height int }

const fileName = "window.json"

// loadPlacement returns what save has kept in dir, or the zero placement.
func loadPlacement(dir string) placement {
	var p placement
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil || json.Unmarshal(data, &p) != nil || p.Width < 0 || p.Height < 0 {
		return placement{}
	}
	return p
}

// save keeps p in dir. A reader sees the old file or the new one.
func (p placement) save(dir string) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, fileName), data)
}

// at returns p with the place that the system told for these screens. Systems that do not tell the
// place (Wayland) say 0, 0, so 0, 0 means no place.
func (p placement) at(x, y int, screens []screen) placement {
	p.X, p.Y, p.Screens = 0, 0, ""
	if x != 0 || y != 0 {
		p.X, p.Y, p.Screens = x, y, arrangement(screens)
	}
	return p
}

// placed reports whether the place may be taken up on these screens.
func (p placement) placed(screens []screen) bool {
	return p.Screens != "" && p.Screens == arrangement(screens)
}

// size returns the size to take up on a screen: at least least, at most that of the screen (most, where zero is no
// limit), and otherwise when nothing is known.
func (p placement) size(otherwise, least, most screen) (width, height int) {
	if p.Width == 0 || p.Height == 0 {
		p.Width, p.Height = otherwise.Width, otherwise.Height
	}
	width, height = cmp.Or(most.Width, p.Width), cmp.Or(most.Height, p.Height)
	return max(min(p.Width, width), least.Width), max(min(p.Height, height), least.Height)
}

// arrangement names the screens that are there, in whatever order.
func arrangement(screens []screen) string {
	var out []string
	for _, s := range screens {
		out = append(out, fmt.Sprintf("%dx%d", s.Width, s.Height))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
