package awake_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"app.latchkey/internal/awake"
	"app.latchkey/test/bus"
)

// manager stands in for logind: it gives out the writing end of a pipe, and keeps the reading end.
type manager struct {
	mu      sync.Mutex
	asked   []string
	refuse  *dbus.Error
	soon    bool // PreparingForSleep
	hang    chan struct{}
	reading *os.File
	writing *os.File
}

// Inhibit is org.freedesktop.login1.Manager.Inhibit.
func (m *manager) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	m.mu.Lock()
	hang := m.hang
	m.mu.Unlock()
	if hang != nil {
		<-hang
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = []string{what, who, why, mode}
	if m.refuse != nil {
		return -1, m.refuse
	}
	var err error
	if m.reading, m.writing, err = os.Pipe(); err != nil {
		return -1, dbus.MakeFailedError(err)
	}
	return dbus.UnixFD(m.writing.Fd()), nil
}

// Get is org.freedesktop.DBus.Properties.Get.
func (m *manager) Get(_, _ string) (dbus.Variant, *dbus.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return dbus.MakeVariant(m.soon), nil
}

// held reports whether a program holds the inhibitor. The manager has closed its own copy of the writing end, as logind
// does.
func (m *manager) held(t *testing.T) bool {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.writing.Close()
	fds := []unix.PollFd{{Fd: int32(m.reading.Fd())}}
	if _, err := unix.Poll(fds, 0); err != nil {
		t.Fatal(err)
	}
	return fds[0].Revents&unix.POLLHUP == 0
}

// play puts the manager on a system bus of the test's own.
func play(t *testing.T, m *manager) {
	t.Helper()
	b := bus.Start(t, t.TempDir())
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", b.Address)
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const path = "/org/freedesktop/login1"
	err = errors.Join(conn.Export(m, path, "org.freedesktop.login1.Manager"),
		conn.Export(m, path, "org.freedesktop.DBus.Properties"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

func TestSleepIsHeldOffUntilRelease(t *testing.T) {
	m := &manager{}
	play(t, m)
	release, err := awake.Hold(t.Context(), "Latchkey", "a sign-in is renewed")
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	if want := []string{"sleep", "Latchkey", "a sign-in is renewed", "delay"}; !slices.Equal(m.asked, want) {
		t.Errorf("asked for %q, want %q", m.asked, want)
	}
	reading := m.reading
	m.mu.Unlock()
	if !m.held(t) {
		t.Error("not held")
	}
	release()
	release()
	if _, err := io.ReadAll(reading); err != nil || m.held(t) {
		t.Errorf("still held: %v", err)
	}
}

func TestNothingBeginsBeforeSleep(t *testing.T) {
	m := &manager{soon: true}
	play(t, m)
	if _, err := awake.Hold(t.Context(), "Latchkey", "x"); !errors.Is(err, awake.ErrSleeping) {
		t.Errorf("%v, want ErrSleeping", err)
	}
	if m.held(t) {
		t.Error("sleep is held off for nothing")
	}
	m.mu.Lock()
	m.refuse = &dbus.Error{Name: "org.freedesktop.login1.OperationInProgress"}
	m.mu.Unlock()
	if _, err := awake.Hold(t.Context(), "Latchkey", "x"); !errors.Is(err, awake.ErrSleeping) {
		t.Errorf("refused as too late: %v, want ErrSleeping", err)
	}
}

// Without logind, or when it does not answer, the work goes on.
func TestWithoutAnybodyToAsk(t *testing.T) {
	hold := func(name string) {
		t.Helper()
		release, err := awake.Hold(t.Context(), "Latchkey", "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		release()
	}
	m := &manager{refuse: dbus.MakeFailedError(errors.New("polkit says no"))}
	play(t, m)
	hold("refused")
	m.mu.Lock()
	hang := make(chan struct{})
	m.refuse, m.hang = nil, hang
	m.mu.Unlock()
	hold("no answer")
	close(hang)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Start(t, t.TempDir()).Address)
	hold("a bus without logind")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	hold("no bus")
}
