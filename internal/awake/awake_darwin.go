package awake

import (
	"context"
	"os/exec"
	"sync"
)

// longest is how many seconds caffeinate runs when it is never told to end.
const longest = "120"

// hold runs caffeinate, the system's own program for it.
func hold(context.Context, string, string) (func(), error) {
	cmd := exec.Command("/usr/bin/caffeinate", "-i", "-t", longest)
	if cmd.Start() != nil {
		return func() {}, nil
	}
	return sync.OnceFunc(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }), nil
}
