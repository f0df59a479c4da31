package main

import (
	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/menu/keys"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// appMenu is the native menu, with the shortcuts that the platform's people know.
func appMenu(a *App) *menu.Menu {
	show := func(page string) menu.Callback {
		return func(*menu.CallbackData) { _ = a.Show(page) }
	}
	quit := func(*menu.CallbackData) { runtime.Quit(a.ctx) }
	m := menu.NewMenu()
	if onMac { // its first menu has About, Hide and Quit already
		m.Append(menu.AppMenu())
		window := m.AddSubmenu("File")
		window.AddText("Settings…", keys.CmdOrCtrl(","), show(ScreenSettings))
		window.AddText("Check my set-up", nil, show(ScreenCheck))
		window.AddSeparator()
		window.AddText("Close", keys.CmdOrCtrl("w"), func(*menu.CallbackData) { runtime.Hide(a.ctx) })
		m.Append(menu.EditMenu())
		m.Append(menu.WindowMenu())
		m.AddSubmenu("Help").AddText("Licences", nil, show(ScreenAbout))
		return m
	}
	app := m.AddSubmenu(a.name)
	app.AddText("Settings…", keys.CmdOrCtrl(","), show(ScreenSettings))
	app.AddText("Check my set-up", keys.CmdOrCtrl("k"), show(ScreenCheck))
	app.AddText("About", nil, show(ScreenAbout))
	app.AddSeparator()
	app.AddText("Close", keys.CmdOrCtrl("w"), quit)
	app.AddText("Quit", keys.CmdOrCtrl("q"), quit)
	return m
}
