package provider

// administrators returns nil: the folder below %ProgramData% is made by the
// installer with the administrators' rights, which is what protects the file.
func administrators(string) error { return nil }

var _ = notAdministrators
