package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"app.latchkey/internal/proxy/pac"
	"app.latchkey/internal/proxy/route"
)

const (
	fetchLimit  = 5 * time.Second
	scriptLimit = 3 * time.Second
	scriptFresh = 10 * time.Minute
	scriptRetry = 30 * time.Second // after a failure, so that not every connection waits for it
)

// cached is a script, or why there is none, in one network.
type cached struct {
	script  *pac.Script
	err     error
	network string
	until   time.Time
}

// byScript asks a script. When the script fails, the connection is made directly, as browsers do, and
// the error is reported.
func (p *Proxy) byScript(ctx context.Context, source, address string, u *url.URL) route.Choice {
	c := route.Choice{Routes: []route.Route{{}}, Source: source, PAC: address}
	script, err := p.script(ctx, address)
	if err == nil {
		ctx, stop := context.WithTimeout(ctx, scriptLimit)
		defer stop()
		var answer string
		answer, err = script.Find(ctx, pac.World{Lookup: lookup, Own: own()}, u.String(), u.Hostname())
		if err == nil {
			c.Routes, err = route.ReadAnswer(answer)
		}
	}
	if err != nil {
		at, _, _ := strings.Cut(address, "?")
		c.Err = &route.ScriptError{Script: at, Source: source, Err: err}
	}
	return c
}

// script fetches once for each network: what a laptop learnt in the office is wrong at
// home.
func (p *Proxy) script(ctx context.Context, address string) (*pac.Script, error) {
	network := fmt.Sprint(own())
	p.mu.Lock()
	c, found := p.scripts[address]
	p.mu.Unlock()
	if found && c.network == network && time.Now().Before(c.until) {
		return c.script, c.err
	}
	text, err := fetch(ctx, address)
	c = cached{network: network, until: time.Now().Add(scriptFresh), err: err}
	if err == nil {
		c.script, c.err = pac.Compile(text)
	}
	if c.err != nil {
		if ctx.Err() != nil {
			return nil, c.err // the caller's impatience says nothing of the script
		}
		c.until = time.Now().Add(scriptRetry)
	}
	p.mu.Lock()
	p.scripts[address] = c
	p.mu.Unlock()
	return c.script, c.err
}

// fetch reads a script directly, whoever asks.
func fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: no address", route.ErrSetting)
	}
	if u.Scheme == "file" {
		file, err := os.Open(strings.TrimPrefix(u.Path, "//"))
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return bounded(file)
	}
	ctx, stop := context.WithTimeout(ctx, fetchLimit)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: no address", route.ErrSetting)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}}
	res, err := client.Do(req)
	if asURL, ok := errors.AsType[*url.Error](err); ok {
		return nil, asURL.Err // without the address, whose query may be a secret
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", res.StatusCode)
	}
	return bounded(res.Body)
}

func bounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, pac.MaxSize+1))
	if err == nil && len(text) > pac.MaxSize {
		err = pac.ErrSize
	}
	return text, err
}
