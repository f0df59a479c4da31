package awake

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sys/windows"
)

// Of SetThreadExecutionState: until told otherwise, and the system is needed.
const (
	esContinuous     = 0x80000000
	esSystemRequired = 0x00000001
)

// hold calls SetThreadExecutionState on a thread of its own, because the state belongs to the calling thread.
func hold(context.Context, string, string) (func(), error) {
	set := windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")
	if set.Find() != nil {
		return func() {}, nil
	}
	said, done, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() { // ends with release
		defer close(ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_, _, _ = set.Call(esContinuous | esSystemRequired)
		close(said)
		<-done
		_, _, _ = set.Call(esContinuous)
	}()
	<-said
	return sync.OnceFunc(func() { close(done); <-ended }), nil
}
