//go:build linux

package attacks

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is how many hostile connections are kept open.
const crowd = 1000

// hostile are the ways to keep a connection open without a whole request. Each returns when the program closes the
// connection.
var hostile = map[string]func(ctx context.Context, c net.Conn, host string){
	"silent": func(ctx context.Context, c net.Conn, _ string) { hold(ctx, c) },
	"keeps alive": func(ctx context.Context, c net.Conn, host string) {
		_, _ = fmt.Fprintf(c, "GET /favicon.ico HTTP/1.1\r\nHost: %s\r\nConnection: keep-alive\r\n\r\n", host)
		hold(ctx, c)
	},
	"half a header": func(ctx context.Context, c net.Conn, host string) {
		_, _ = fmt.Fprintf(c, "GET /callback HTTP/1.1\r\nHost: %s\r\nX-Half: ", host)
		hold(ctx, c)
	},
	"a byte at a time": func(ctx context.Context, c net.Conn, _ string) {
		_, _ = io.WriteString(c, "GET /callback HTTP/1.1\r\nX-Slow: ")
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	},
	"a form without end": func(ctx context.Context, c net.Conn, host string) {
		_, _ = fmt.Fprintf(c, "POST /callback HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000\r\n\r\nstate=", host)
		hold(ctx, c)
	},
}

// hold reads until the other side closes.
func hold(ctx context.Context, c net.Conn) {
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	_, _ = io.Copy(io.Discard, c)
}

// besiege keeps the crowd connected until ctx ends: a connection that is closed is made anew. It returns when every one
// was connected once.
func besiege(ctx context.Context, host string) (wait func()) {
	var all, first sync.WaitGroup
	first.Add(crowd)
	ways := make([]func(context.Context, net.Conn, string), 0, len(hostile))
	for _, way := range hostile {
		ways = append(ways, way)
	}
	for i := range crowd {
		all.Go(func() {
			var once atomic.Bool
			for ctx.Err() == nil {
				c, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
				if once.CompareAndSwap(false, true) {
					first.Done()
				}
				if err == nil {
					ways[i%len(ways)](ctx, c, host)
					_ = c.Close()
				}
			}
		})
	}
	first.Wait()
	return all.Wait
}

// A sign-in succeeds while another program keeps a thousand connections open that say nothing or never end.
func TestACrowdOfConnections(t *testing.T) {
	r, callback, page := waiting(t)
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	wait := besiege(ctx, u.Host)
	began := time.Now()
	r.finish(t, page)
	t.Logf("the sign-in took %v beside %d hostile connections", time.Since(began).Round(time.Millisecond), crowd)
	stop()
	wait()
}
