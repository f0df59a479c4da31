// Package placement remembers how large the window was, where it stood and whether
// it was dark, so that the next start looks like the last.
//
// It promises a window that fits on the screen that is there: a size is cut to the
// screen, and a place is taken up only on the same screens as it was left on, since
// what lay on a screen that is gone would be out of sight. A file that cannot be read
// counts as none. It reads and writes one small file, window.json in the data folder,
// which holds nothing about anybody.
package placement

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Placement is how the window was left. Lengths are in the window system's own
// pixels.
type Placement struct {
	Width   int    `json:"width"` // 0 when nothing is known
	Height  int    `json:"height"`
	X       int    `json:"x"`
	Y       int    `json:"y"`
	Screens string `json:"screens"` // those that X and Y mean; "" when the system did not tell the place
	Dark    bool   `json:"dark"`    // the page was dark: so is the window before there is a page
}

// Screen is one screen that is there now.
type Screen struct{ Width, Height int }

const fileName = "window.json"

// Load returns what Save has kept in dir, or the zero Placement.
func Load(dir string) Placement {
	var p Placement
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil || json.Unmarshal(data, &p) != nil || p.Width < 0 || p.Height < 0 {
		return Placement{}
	}
	return p
}

// Save keeps p in dir. A reader sees the old file or the new one.
func Save(dir string, p Placement) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	f, err := os.CreateTemp(dir, fileName+".*.tmp")
	if err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, fileName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("placement: %w", err)
	}
	return nil
}

// At returns p with the place that the system told for these screens. 0, 0 is what
// systems say that do not tell (Wayland), and so means no place.
func (p Placement) At(x, y int, screens []Screen) Placement {
	p.X, p.Y, p.Screens = 0, 0, ""
	if x != 0 || y != 0 {
		p.X, p.Y, p.Screens = x, y, arrangement(screens)
	}
	return p
}

// Placed reports whether the place may be taken up on these screens.
func (p Placement) Placed(screens []Screen) bool {
	return p.Screens != "" && p.Screens == arrangement(screens)
}

// Size returns the size to take up on a screen: at least least, at most the screen,
// and otherwise when nothing is known.
func (p Placement) Size(otherwise, least, screen Screen) (width, height int) {
	if p.Width == 0 || p.Height == 0 {
		p.Width, p.Height = otherwise.Width, otherwise.Height
	}
	fit := func(n, low, high int) int {
		if high > 0 {
			n = min(n, high)
		}
		return max(n, low)
	}
	return fit(p.Width, least.Width, screen.Width), fit(p.Height, least.Height, screen.Height)
}

// arrangement names the screens that are there, in whatever order.
func arrangement(screens []Screen) string {
	var out []string
	for _, s := range screens {
		out = append(out, fmt.Sprintf("%dx%d", s.Width, s.Height))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
