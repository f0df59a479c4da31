package wire

import (
	"context"
	"os"

	"app.latchkey/internal/browser"
	"app.latchkey/internal/settings"
)

// FolderOpener shows a folder in the system's file manager. The folder of config.toml
// is made if need be: whoever is to write the file must find the place.
func FolderOpener(s settings.Settings) func(context.Context, string) error {
	opener := &browser.Opener{}
	return func(ctx context.Context, path string) error {
		if path == s.ConfigDir {
			if err := os.MkdirAll(path, 0o700); err != nil {
				return browser.ErrFolder
			}
		}
		return opener.OpenFolder(ctx, path)
	}
}
