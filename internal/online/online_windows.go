package online

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// listen calls event for every address that comes, goes or becomes usable. The returned
// func ends that, and waits for a call that is under way.
func listen(event func()) (func(), error) {
	called := windows.NewCallback(func(_ uintptr, _ uintptr, _ uint32) uintptr {
		event()
		return 0
	})
	var handle windows.Handle
	if err := windows.NotifyUnicastIpAddressChange(windows.AF_UNSPEC, called, nil, false, &handle); err != nil {
		return nil, fmt.Errorf("online: changes of addresses: %w", err)
	}
	return func() { _ = windows.CancelMibChangeNotify2(handle) }, nil
}
