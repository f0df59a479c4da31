package settings

import (
	"os"

	"golang.org/x/sys/windows"
)

// administrators returns nil when the file belongs to the administrators or the
// system: anybody may make folders below %ProgramData%, and what they make is
// theirs.
func administrators(f *os.File) error {
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	for _, known := range []windows.WELL_KNOWN_SID_TYPE{
		windows.WinBuiltinAdministratorsSid, windows.WinLocalSystemSid,
	} {
		if sid, err := windows.CreateWellKnownSid(known); err == nil && owner.Equals(sid) {
			return nil
		}
	}
	return errNotAdministrators
}

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
