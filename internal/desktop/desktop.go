// Package desktop is everything that touches Wails: the one window and its place on
// the screen, the menu, the theme of what the system draws, the single instance, the
// assets, and the calls that come from JavaScript.
//
// It shows what package ui publishes and passes on what a person does; it decides
// nothing else. It reads and writes one small file, window.json in the data folder,
// which holds nothing about anybody.
package desktop

import (
	"context"
	"io/fs"
	goruntime "runtime"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"app.latchkey/internal/ui"
)

// onMac is true on macOS, whose menus and whose closing of a window differ.
const onMac = goruntime.GOOS == "darwin"

// Options are what the window is made of.
type Options struct {
	Name, ID, Version string // of the app; ID names its single instance

	DataDir     string // where the window's place is kept
	Appearance  string // system, light or dark
	StartHidden bool

	Assets fs.FS // has frontend/
	Icon   []byte
	Window *ui.Window
	Calls  *Calls
	Bind   any // its exported methods are what JavaScript can call
}

// shell is the window while it is there.
type shell struct {
	Options
	ctx  context.Context // Wails' own; nil before the window exists
	left placement
	dark bool

	mu       sync.Mutex
	accounts []accountItem // of the menu, as it is shown
}

// App describes the window to Wails, whose Run shows it. That call alone is left to
// main: it is what links the webview.
func App(o Options) *options.App {
	s := &shell{Options: o, left: loadPlacement(o.DataDir), accounts: accountItems(ui.StateView{})}
	if s.left.Width == 0 { // nothing is remembered yet
		s.left.Dark = systemDark()
	}
	s.dark = o.Appearance == "dark" || s.left.Dark && o.Appearance != "light"
	width, height := s.left.size(usual, smallest, screen{})
	return guarded(&options.App{
		Title: o.Name, Width: width, Height: height, MinWidth: smallest.Width, MinHeight: smallest.Height,
		AssetServer:              &assetserver.Options{Assets: served(o.Assets, o.Window.First)},
		BackgroundColour:         paper(s.dark),
		WindowStartState:         startState(o.StartHidden),
		Menu:                     s.menu(firstItems(s.accounts)),
		HideWindowOnClose:        onMac,
		OnStartup:                s.startup,
		OnBeforeClose:            s.closing,
		OnShutdown:               func(context.Context) { o.Calls.End() },
		Bind:                     []any{o.Bind},
		ErrorFormatter:           func(err error) any { return err.Error() },
		SingleInstanceLock:       s.once(),
		EnableDefaultContextMenu: false,
		DragAndDrop:              &options.DragAndDrop{DisableWebViewDrop: true},
		Linux: &linux.Options{
			Icon: o.Icon, ProgramName: o.ID, WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand,
		},
		Mac:     &mac.Options{About: &mac.AboutInfo{Title: o.Name, Message: o.Version, Icon: o.Icon}},
		Windows: &windows.Options{Theme: windows.SystemDefault},
	})
}

func startState(hidden bool) options.WindowStartState {
	if hidden {
		return options.Minimised
	}
	return options.Normal
}

// startup runs once the window exists.
func (s *shell) startup(ctx context.Context) {
	s.ctx = ctx
	s.dressAccounts(accountItems(ui.StateView{}))
	s.Window.Attach(s.host(), s.dark)
	s.Calls.Run("run", s.Window.Run)
	s.restorePlace() // waits for the system's event loop; the vault is read meanwhile
}

// closing remembers the window while it is still there. It never keeps it open.
func (s *shell) closing(context.Context) (prevent bool) {
	s.Window.Closing()
	return false
}
