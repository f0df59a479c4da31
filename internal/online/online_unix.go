//go:build linux || darwin

package online

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// listen calls event for every message of the system's routing socket. The returned func ends that and waits for it.
func listen(event func()) (func(), error) {
	fd, err := open()
	if err != nil {
		return nil, fmt.Errorf("online: routing socket: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that Close ends a Read
		_ = unix.Close(fd)
		return nil, fmt.Errorf("online: routing socket: %w", err)
	}
	unix.CloseOnExec(fd)
	socket := os.NewFile(uintptr(fd), "routing socket")
	var reading sync.WaitGroup
	reading.Go(func() {
		buf := make([]byte, 64<<10)
		for {
			// ENOBUFS means that there were more messages than fit: something has changed.
			if _, err := socket.Read(buf); err != nil && !lost(err) {
				return
			}
			event()
		}
	})
	return func() { _ = socket.Close(); reading.Wait() }, nil
}
