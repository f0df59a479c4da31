//go:build !linux

package desktop

import (
	"context"
	"errors"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// notify shows a notification by Wails; a click on it brings the window to the front. It stays until the person takes
// it away: Wails has no such call on Windows. Not verified: it was written where neither Windows nor macOS was.
func (s *shell) notify(_ context.Context, title, body string) (clicked bool, err error) {
	if !runtime.IsNotificationAvailable(s.ctx) {
		return false, errors.New("desktop: no notifications here")
	}
	if err := runtime.InitializeNotifications(s.ctx); err != nil {
		return false, err
	}
	if allowed, err := runtime.RequestNotificationAuthorization(s.ctx); err != nil || !allowed {
		return false, err
	}
	runtime.OnNotificationResponse(s.ctx, func(r runtime.NotificationResult) {
		if r.Error == nil {
			s.Window.Front()
		}
	})
	return false, runtime.SendNotification(s.ctx, runtime.NotificationOptions{ID: s.ID, Title: title, Body: body})
}
