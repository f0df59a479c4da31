package desktop

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"app.latchkey/internal/ui"
)

// The window when nothing is known of it, and at its smallest.
var (
	usual    = screen{Width: 420, Height: 680}
	smallest = screen{Width: 340, Height: 480}
)

// host is the window as package ui works on it. Nothing is published any more once the
// window is closing.
func (s *shell) host() ui.Host {
	alive := func() bool { return s.Calls.Context().Err() == nil }
	return ui.Host{
		Emit: func(v ui.StateView) {
			if alive() {
				runtime.EventsEmit(s.ctx, ui.EventChanged, v)
				s.offer(v)
			}
		},
		Title: func(t string) {
			if alive() {
				runtime.WindowSetTitle(s.ctx, t)
			}
		},
		Front: func() {
			runtime.WindowUnminimise(s.ctx)
			runtime.Show(s.ctx)
			runtime.WindowShow(s.ctx)
		},
		Notify:     s.notify,
		Copy:       func(text string) error { return runtime.ClipboardSetText(s.ctx, text) },
		Appearance: s.follow,
		Remember:   s.remember,
		Run:        s.Calls.Run,
	}
}

// remember keeps the window's place for the next start.
func (s *shell) remember(dark bool) {
	if runtime.WindowIsMaximised(s.ctx) {
		p := loadPlacement(s.DataDir) // the size to come back to is the one before
		p.Maximised, p.Dark = true, dark
		_ = p.save(s.DataDir)
		return
	}
	if !runtime.WindowIsNormal(s.ctx) {
		return // neither the whole screen nor an icon is a size to come back to
	}
	p := placement{Dark: dark}
	p.Width, p.Height = runtime.WindowGetSize(s.ctx)
	x, y := runtime.WindowGetPosition(s.ctx)
	all, _ := screens(s.ctx)
	_ = p.at(x, y, all).save(s.DataDir) // a place that is not kept harms nobody
}

// restorePlace puts the window where it stood, if that is still in sight. Its size
// was cut to a sensible one already, but not to the screen.
func (s *shell) restorePlace() {
	all, current := screens(s.ctx)
	width, height := s.left.size(usual, smallest, current)
	runtime.WindowSetSize(s.ctx, width, height)
	if s.left.placed(all) {
		runtime.WindowSetPosition(s.ctx, s.left.X, s.left.Y)
	}
	if s.left.Maximised {
		runtime.WindowMaximise(s.ctx)
	}
}

// screens returns the screens that are there, and the one that the window is on: nil and zero when the system does not
// tell.
func screens(ctx context.Context) (all []screen, current screen) {
	list, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return nil, screen{}
	}
	for _, s := range list {
		all = append(all, screen{Width: s.Size.Width, Height: s.Size.Height})
		if s.IsCurrent {
			current = all[len(all)-1]
		}
	}
	return all, current
}

// follow makes the title bar go with the page, where the system lets it.
func (s *shell) follow(appearance string) {
	dressMenu(appearance)
	switch appearance {
	case "light":
		runtime.WindowSetLightTheme(s.ctx)
	case "dark":
		runtime.WindowSetDarkTheme(s.ctx)
	default:
		runtime.WindowSetSystemDefaultTheme(s.ctx)
	}
}

// paper is the page's colour, before there is a page: the first frame must not flash.
func paper(dark bool) *options.RGBA {
	if dark {
		return options.NewRGB(0x16, 0x15, 0x12)
	}
	return options.NewRGB(0xfa, 0xf8, 0xf4)
}
