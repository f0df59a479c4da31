//go:build !bindings

package wire

import (
	"errors"

	"app.latchkey/internal/ownfolder"
	"app.latchkey/internal/settings"
)

// Foreign returns an error when this program runs as root and the folders of the settings
// are another person's: whatever it wrote there, the person could no longer write.
func Foreign(s settings.Settings) error {
	return errors.Join(ownfolder.Check(s.DataDir), ownfolder.Check(s.ConfigDir))
}
