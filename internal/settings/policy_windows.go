package settings

import "golang.org/x/sys/windows"

// programData is asked of the system: the person controls the environment, and must not be able to move
// the policy.
func programData() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return `C:\ProgramData`
	}
	return dir
}

// changeable knows nothing here: a person's folder is theirs by its own access list.
func changeable(string) string { return "" }
