package notify_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"

	"app.latchkey/internal/notify"
	"app.latchkey/test/bus"
)

const (
	service = "org.freedesktop.Notifications"
	object  = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// desktop stands in for the notification server.
type desktop struct {
	can    []string
	conn   *dbus.Conn
	shown  chan []any
	closed chan uint32
}

// GetCapabilities is org.freedesktop.Notifications.GetCapabilities.
func (d *desktop) GetCapabilities() ([]string, *dbus.Error) { return d.can, nil }

// Notify is org.freedesktop.Notifications.Notify.
func (d *desktop) Notify(app string, replaces uint32, icon, title, body string, actions []string,
	hints map[string]dbus.Variant, expires int32) (uint32, *dbus.Error) {
	d.shown <- []any{app, replaces, icon, title, body, actions, hints["desktop-entry"].Value(), expires}
	return 42, nil
}

// CloseNotification is org.freedesktop.Notifications.CloseNotification.
func (d *desktop) CloseNotification(id uint32) *dbus.Error {
	d.closed <- id
	return nil
}

// play puts a desktop on a session bus of the test's own.
func play(t *testing.T, can ...string) *desktop {
	t.Helper()
	b := bus.Start(t, t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	d := &desktop{can: can, shown: make(chan []any, 1), closed: make(chan uint32, 1)}
	var err error
	if d.conn, err = dbus.Connect(b.Address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.conn.Close() })
	if err := d.conn.Export(d, object, service); err != nil {
		t.Fatal(err)
	}
	if _, err := d.conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desktop) signal(t *testing.T, member string, values ...any) {
	t.Helper()
	if err := d.conn.Emit(object, service+"."+member, values...); err != nil {
		t.Fatal(err)
	}
}

type outcome struct {
	clicked bool
	err     error
}

var message = notify.Message{ID: "desk", App: "Acme Desk", Title: "You are signed out", Body: "R&D <b>ID</b>"}

func show(ctx context.Context, m notify.Message) <-chan outcome {
	out := make(chan outcome, 1)
	go func() {
		clicked, err := notify.Show(ctx, m)
		out <- outcome{clicked, err}
	}()
	return out
}

func TestAClickIsTold(t *testing.T) {
	d := play(t, "actions", "body", "body-markup")
	done := show(t.Context(), message)
	got := <-d.shown
	want := []any{
		"Acme Desk", uint32(0), "desk", "You are signed out", "R&amp;D &lt;b&gt;ID&lt;/b&gt;",
		[]string{"default", "Open"}, "desk", int32(-1),
	}
	if !slices.EqualFunc(got, want, func(a, b any) bool {
		if list, ok := a.([]string); ok {
			return slices.Equal(list, b.([]string))
		}
		return a == b
	}) {
		t.Errorf("shown is\n%#v\nwant\n%#v", got, want)
	}
	d.signal(t, "ActionInvoked", uint32(41), "default") // another program's
	d.signal(t, "ActivationToken", uint32(42), "token")
	d.signal(t, "ActionInvoked", uint32(42), "default")
	if o := <-done; o.err != nil || !o.clicked {
		t.Errorf("clicked %v, %v", o.clicked, o.err)
	}
}

func TestAClosedNotificationIsNoClick(t *testing.T) {
	d := play(t)
	done := show(t.Context(), message)
	got := <-d.shown
	if got[4] != message.Body || len(got[5].([]string)) != 0 {
		t.Errorf("a desktop without markup and clicks was given %v", got)
	}
	d.signal(t, "NotificationClosed", uint32(42), uint32(2))
	if o := <-done; o.err != nil || o.clicked {
		t.Errorf("clicked %v, %v", o.clicked, o.err)
	}
}

func TestItIsTakenAway(t *testing.T) {
	d := play(t, "actions")
	ctx, stop := context.WithCancel(t.Context())
	done := show(ctx, message)
	<-d.shown
	stop()
	if o := <-done; o.err != nil || o.clicked {
		t.Errorf("clicked %v, %v", o.clicked, o.err)
	}
	if id := <-d.closed; id != 42 {
		t.Errorf("%d was closed", id)
	}
}

// Without a bus, without a server on it, and after the server has ended, no call waits.
func TestWithoutADesktop(t *testing.T) {
	d := play(t)
	done := show(t.Context(), message)
	<-d.shown
	if _, err := d.conn.ReleaseName(service); err != nil {
		t.Fatal(err)
	}
	if o := <-done; o.err != nil || o.clicked {
		t.Errorf("the desktop has ended: %v, %v", o.clicked, o.err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Start(t, t.TempDir()).Address)
	if o := <-show(t.Context(), message); !errors.Is(o.err, notify.ErrNoDesktop) {
		t.Errorf("a bus without a desktop: %v", o.err)
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, address := range []string{"", "autolaunch:", "unix:path=/nowhere"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if o := <-show(t.Context(), message); !errors.Is(o.err, notify.ErrNoDesktop) {
			t.Errorf("%q: %v", address, o.err)
		}
	}
}

// A bus that accepts connections and does not answer delays nothing.
func TestASilentBus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	ctx, stop := context.WithCancel(t.Context())
	done := show(ctx, message)
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	stop()
	if o := <-done; o.err == nil {
		t.Error("a silent bus has shown it")
	}
}
