package issuer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// device is a device authorization (RFC 8628).
type device struct {
	client   string
	userCode string // as compared
	scopes   []string
	expires  time.Time
	asked    time.Time // last, and answered
	who      Who
	denied   bool
}

// withDevices is the storage of a provider that offers the device grant: op tells
// by the methods whether it is offered.
type withDevices struct{ *storage }

// StoreDeviceAuthorization notes an authorization.
func (s withDevices) StoreDeviceAuthorization(_ context.Context, client, code, userCode string, expires time.Time,
	scopes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, d := range s.devices {
		if time.Since(d.expires) > requestLifetime || len(s.devices) >= maxWaiting {
			delete(s.devices, key)
			continue
		}
		if d.userCode == plain(userCode) {
			return op.ErrDuplicateUserCode
		}
	}
	s.devices[hash(code)] = &device{client: client, userCode: plain(userCode), scopes: scopes, expires: expires}
	return nil
}

// GetDeviceAuthorizatonState answers a device that asks. One that asks faster than
// it was told is slowed down (RFC 8628 §3.5); op knows this as a deadline that has
// passed. What is granted is granted once.
func (s withDevices) GetDeviceAuthorizatonState(_ context.Context, client,
	code string) (*op.DeviceAuthorizationState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.devices[hash(code)]
	if !ok || d.client != client {
		return nil, errUnknown
	}
	now := time.Now()
	if now.Sub(d.asked) < s.conf.DeviceInterval*8/10 { // packets travel unevenly
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

// Device reports whether a device waits with a user code. Case and hyphens do not
// matter (RFC 8628 §6.1).
func (i *Issuer) Device(userCode string) bool {
	i.store.mu.Lock()
	defer i.store.mu.Unlock()
	return i.store.byUserCode(userCode) != nil
}

// AnswerDevice lets a device in as who, or turns it away when who is nobody. It
// reports whether the device was still waiting.
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

// plain is a user code without what people leave out or add.
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

// ErrCancelled is what a client is told when the person does not want to go on.
func ErrCancelled() *oidc.Error {
	return oidc.ErrAccessDenied().WithDescription("The person cancelled.")
}
