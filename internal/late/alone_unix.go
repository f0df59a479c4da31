//go:build unix

package late

import (
	"os/exec"
	"syscall"
)

// alone keeps the process apart from the terminal and its signals.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
