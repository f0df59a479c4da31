package system

import (
	"context"
	"net/url"
)

func (s Sources) lookup(ctx context.Context, u *url.URL) Answer {
	a, _ := scutil(s.output(ctx, "scutil", "--proxy"), u)
	return a
}
