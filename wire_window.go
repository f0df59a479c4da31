package main

import (
	"context"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"app.latchkey/internal/placement"
)

// The window when nothing is known of it, and at its smallest.
var (
	usual    = placement.Screen{Width: 420, Height: 680}
	smallest = placement.Screen{Width: 340, Height: 480}
)

// attach returns the window that the app works on. It also puts it where it stood.
func attach(dir string, left placement.Placement) func(context.Context) window {
	return func(ctx context.Context) window {
		restorePlace(ctx, left)
		return window{
			emit:  func(v StateView) { runtime.EventsEmit(ctx, eventChanged, v) },
			title: func(t string) { runtime.WindowSetTitle(ctx, t) },
			front: func() {
				runtime.WindowUnminimise(ctx)
				runtime.Show(ctx)
				runtime.WindowShow(ctx)
			},
			copy:       func(text string) error { return runtime.ClipboardSetText(ctx, text) },
			appearance: func(name string) { follow(ctx, name) },
			remember: func(dark bool) {
				if runtime.WindowIsNormal(ctx) { // neither the whole screen nor an icon is a size to come back to
					p := placement.Placement{Dark: dark}
					p.Width, p.Height = runtime.WindowGetSize(ctx)
					x, y := runtime.WindowGetPosition(ctx)
					_ = placement.Save(dir, p.At(x, y, screens(ctx))) // a window that is forgotten is no harm
				}
			},
		}
	}
}

// restorePlace puts the window where it stood, if that is still in sight. Its size
// was cut to a sensible one already, but not to the screen.
func restorePlace(ctx context.Context, left placement.Placement) {
	here := screens(ctx)
	width, height := left.Size(usual, smallest, current(ctx))
	runtime.WindowSetSize(ctx, width, height)
	if left.Placed(here) {
		runtime.WindowSetPosition(ctx, left.X, left.Y)
	}
}

func screens(ctx context.Context) []placement.Screen {
	all, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return nil
	}
	var out []placement.Screen
	for _, s := range all {
		out = append(out, placement.Screen{Width: s.Size.Width, Height: s.Size.Height})
	}
	return out
}

// current is the screen that the window is on; zero when the system does not tell.
func current(ctx context.Context) placement.Screen {
	all, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return placement.Screen{}
	}
	for _, s := range all {
		if s.IsCurrent {
			return placement.Screen{Width: s.Size.Width, Height: s.Size.Height}
		}
	}
	return placement.Screen{}
}

// follow makes the title bar go with the page, where the system lets it.
func follow(ctx context.Context, appearance string) {
	switch appearance {
	case "light":
		runtime.WindowSetLightTheme(ctx)
	case "dark":
		runtime.WindowSetDarkTheme(ctx)
	default:
		runtime.WindowSetSystemDefaultTheme(ctx)
	}
}

// paper is the page's colour, before there is a page: the first frame must not flash.
func paper(dark bool) *options.RGBA {
	if dark {
		return options.NewRGB(0x16, 0x15, 0x12)
	}
	return options.NewRGB(0xfa, 0xf8, 0xf4)
}

// onMac tells apart what people are used to.
const onMac = goruntime.GOOS == "darwin"
