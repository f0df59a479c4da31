package issuer

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// device is a device authorization (RFC 8628).
type device struct {
	client   string
	userCode string // without hyphens, in capital letters
	scopes   []string
	expires  time.Time
	asked    time.Time // when the device asked last and was answered
	who      Who
	denied   bool
}

// withDevices is the storage of a provider that offers the device grant: op offers the grant when the storage has these
// methods.
type withDevices struct{ *storage }

// StoreDeviceAuthorization notes an authorization.
func (s withDevices) StoreDeviceAuthorization(_ context.Context, client, code, userCode string, expires time.Time,
	scopes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.devices, func(_ string, d *device) bool {
		return time.Since(d.expires) > requestLifetime || len(s.devices) >= maxWaiting
	})
	for _, d := range s.devices {
		if d.userCode == plain(userCode) {
			return op.ErrDuplicateUserCode
		}
	}
	s.devices[hash(code)] = &device{client: client, userCode: plain(userCode), scopes: scopes, expires: expires}
	return nil
}

// GetDeviceAuthorizatonState answers a device that asks. A device that asks more often than it was told is answered
// slow_down (RFC 8628 §3.5): op sends that for [context.DeadlineExceeded]. A device is let in once.
func (s withDevices) GetDeviceAuthorizatonState(_ context.Context, client,
	code string) (*op.DeviceAuthorizationState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.devices[hash(code)]
	if !ok || d.client != client {
		return nil, errUnknown
	}
	now := time.Now()
	// A fifth less than the interval is allowed: one request may travel faster than another.
	if now.Sub(d.asked) < s.conf.DeviceInterval*8/10 {
		return nil, context.DeadlineExceeded
	}
	d.asked = now
	state := &op.DeviceAuthorizationState{
		ClientID: client, Scopes: slices.Clone(d.scopes), Expires: d.expires, Denied: d.denied,
	}
	if d.who.Subject != "" && now.Before(d.expires) {
		state.Done, state.Subject, state.AMR, state.AuthTime = true, d.who.Subject, d.who.AMR, d.who.At
		delete(s.devices, hash(code))
	}
	return state, nil
}

// Device reports whether a device waits with a user code. Case and hyphens do not matter (RFC 8628 §6.1).
func (i *Issuer) Device(userCode string) bool {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	return i.store.byUserCode(userCode) != nil
}

// AnswerDevice signs the device in as who, or refuses it when who is empty. It reports whether the device was still
// waiting.
func (i *Issuer) AnswerDevice(userCode string, who Who) bool {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	d := i.store.byUserCode(userCode)
	if d == nil {
		return false
	}
	d.who, d.denied = who, who.Subject == ""
	return true
}

// byUserCode finds a device that waits; s.mu is held.
func (s *storage) byUserCode(userCode string) *device {
	for _, d := range s.devices {
		if d.userCode == plain(userCode) && d.who.Subject == "" && !d.denied && time.Now().Before(d.expires) {
			return d
		}
	}
	return nil
}

// plain returns a user code in capital letters, without the characters that no user code has.
func plain(userCode string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(op.CharSetBase20, r) {
			return r
		}
		return -1
	}, strings.ToUpper(userCode))
}

// ShowCode writes a user code as the device shows it.
func ShowCode(userCode string) string {
	p := plain(userCode)
	if len(p) != 8 {
		return p
	}
	return p[:4] + "-" + p[4:]
}

// ErrCancelled is the answer to a client whose person has cancelled.
func ErrCancelled() *oidc.Error {
	return oidc.ErrAccessDenied().WithDescription("The person cancelled.")
}
