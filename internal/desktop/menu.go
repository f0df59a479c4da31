package desktop

import (
	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/menu/keys"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"app.latchkey/internal/ui"
)

// menu is the native menu, with the shortcuts that the platform's people know. accounts
// are the items of its menu Account.
func (s *shell) menu(accounts []accountItem) *menu.Menu {
	show := func(page string) menu.Callback {
		return func(*menu.CallbackData) { _ = s.Calls.TryWith("show", s.Window.Show, page) }
	}
	quit := func(*menu.CallbackData) { runtime.Quit(s.ctx) }
	m := menu.NewMenu()
	if onMac { // its first menu has About, Hide and Quit already
		m.Append(menu.AppMenu())
		window := m.AddSubmenu("File")
		window.AddText("Settings…", keys.CmdOrCtrl(","), show(ui.ScreenSettings))
		window.AddText("Check my set-up", nil, show(ui.ScreenCheck))
		window.AddSeparator()
		window.AddText("Close", keys.CmdOrCtrl("w"), func(*menu.CallbackData) { runtime.Hide(s.ctx) })
		s.addAccounts(m, accounts)
		m.Append(menu.EditMenu())
		m.Append(menu.WindowMenu())
		m.AddSubmenu("Help").AddText("Licences", nil, show(ui.ScreenAbout))
		return m
	}
	app := m.AddSubmenu(s.Name)
	app.AddText("Settings…", keys.CmdOrCtrl(","), show(ui.ScreenSettings))
	app.AddText("Check my set-up", keys.CmdOrCtrl("k"), show(ui.ScreenCheck))
	app.AddText("About", nil, show(ui.ScreenAbout))
	app.AddSeparator()
	app.AddText("Close", keys.CmdOrCtrl("w"), quit)
	app.AddText("Quit", keys.CmdOrCtrl("q"), quit)
	s.addAccounts(m, accounts)
	return m
}
