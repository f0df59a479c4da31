package online

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A burst of changes is told once, after it rests, and each later one again.
func TestABurstIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		events, told := make(chan struct{}), 0
		var settling sync.WaitGroup
		settling.Go(func() { settle(ctx, events, func() { told++ }) })
		for range 5 {
			events <- struct{}{}
			time.Sleep(quiet / 2)
		}
		time.Sleep(2 * quiet)
		events <- struct{}{}
		time.Sleep(2 * quiet)
		stop()
		settling.Wait()
		if told != 2 {
			t.Errorf("told %d times", told)
		}
	})
}

// ownNetwork says that the process has a network of its own.
const ownNetwork = "LATCHKEY_TEST_NETWORK"

// An address that comes to an interface is told. The test runs in a network of its own.
func TestAnAddressIsToldByTheSystem(t *testing.T) {
	if os.Getenv(ownNetwork) == "" {
		again := exec.Command("unshare", "--map-root-user", "--net", os.Args[0], "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), ownNetwork+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ctx, stop := context.WithCancel(t.Context())
	told := make(chan struct{}, 9)
	var watching sync.WaitGroup
	watching.Go(func() {
		if err := Watch(ctx, func() { told <- struct{}{} }); err != nil {
			t.Error(err)
			told <- struct{}{}
		}
	})
	defer watching.Wait()
	defer stop()
	const address = "127.77.7.7/32"
	for { // until Watch listens, which it does not say
		if out, err := exec.Command("ip", "addr", "add", address, "dev", "lo").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_ = exec.Command("ip", "addr", "del", address, "dev", "lo").Run()
		select {
		case <-told:
			return
		case <-time.After(2 * quiet):
		}
	}
}
