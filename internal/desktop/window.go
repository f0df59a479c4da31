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
	_ = p.at(x, y, screens(s.ctx)).save(s.DataDir) // a window that is forgotten is no harm
}

// restorePlace puts the window where it stood, if that is still in sight. Its size
// was cut to a sensible one already, but not to the screen.
func (s *shell) restorePlace() {
	width, height := s.left.size(usual, smallest, current(s.ctx))
	runtime.WindowSetSize(s.ctx, width, height)
	if s.left.placed(screens(s.ctx)) {
		runtime.WindowSetPosition(s.ctx, s.left.X, s.left.Y)
	}
	if s.left.Maximised {
		runtime.WindowMaximise(s.ctx)
	}
}

func screens(ctx context.Context) []screen {
	all, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return nil
	}
	var out []screen
	for _, s := range all {
		out = append(out, screen{Width: s.Size.Width, Height: s.Size.Height})
	}
	return out
}

// current is the screen that the window is on; zero when the system does not tell.
func current(ctx context.Context) screen {
	all, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return screen{}
	}
	for _, s := range all {
		if s.IsCurrent {
			return screen{Width: s.Size.Width, Height: s.Size.Height}
		}
	}
	return screen{}
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
