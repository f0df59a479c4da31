package managed

import (
	"os"

	"golang.org/x/sys/windows"
)

// Administrators returns nil when the file belongs to the administrators or the system: anybody may make folders below
// %ProgramData%, and what they make is theirs.
func Administrators(f *os.File) error {
	return administrators(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT)
}

// administrators returns nil when an object belongs to the administrators or the system.
func administrators(h windows.Handle, kind windows.SE_OBJECT_TYPE) error {
	sd, err := windows.GetSecurityInfo(h, kind, windows.OWNER_SECURITY_INFORMATION)
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
