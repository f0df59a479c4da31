//go:build !linux

package desktop

import "github.com/wailsapp/wails/v2/pkg/runtime"

// hideItems is true: the menu is made anew for what is there.
const hideItems = true

// dressAccounts makes the menu anew with these items.
func (s *shell) dressAccounts(items []accountItem) {
	runtime.MenuSetApplicationMenu(s.ctx, s.menu(items))
	runtime.MenuUpdateApplicationMenu(s.ctx)
}

// firstItems are those that the menu is made of at the start.
func firstItems(items []accountItem) []accountItem { return items }
