package desktop

import (
	"context"

	"app.latchkey/internal/notify"
)

// notify shows a notification until it is clicked, closed or taken away.
func (s *shell) notify(ctx context.Context, title, body string) (clicked bool, err error) {
	return notify.Show(ctx, notify.Message{App: s.Name, ID: s.ID, Title: title, Body: body})
}
