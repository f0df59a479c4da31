package proxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/proof"
	"app.latchkey/internal/proxy/route"
)

const (
	maxHeader = 64 << 10 // bytes of the head of a proxy's answer
	maxBody   = 64 << 10 // bytes of a refusal's page, which nobody reads
	maxLegs   = 4        // messages of one sign-in

	maxSchemes = 10 // ways to sign in that a proxy may name
)

// tunnel asks an HTTP proxy for a connection (RFC 9110 §9.3.6), and signs in where it
// wants that (§11.7).
type tunnel struct {
	d      *dialer
	hop    route.Route
	target string
	conn   net.Conn // nil after the proxy has closed it
	limit  *io.LimitedReader
	in     *bufio.Reader // of limit
}

func (d *dialer) tunnel(ctx context.Context, hop route.Route, target string) (net.Conn, error) {
	t := &tunnel{d: d, hop: hop, target: target}
	conn, err := t.open(ctx)
	if err != nil && t.conn != nil {
		_ = t.conn.Close()
	}
	return conn, err
}

// open asks without a name first: a password is shown to no proxy that does not ask.
func (t *tunnel) open(ctx context.Context) (net.Conn, error) {
	res, err := t.ask(ctx, "")
	if err != nil || res.StatusCode != http.StatusProxyAuthRequired {
		return t.done(res, err)
	}
	offered := challenges(res)
	failure := &route.SignInError{Proxy: t.hop.Address, Source: t.hop.Source}
	for _, c := range offered[:min(len(offered), maxSchemes)] {
		failure.Schemes = append(failure.Schemes, c.Scheme)
		if failure.Realm == "" {
			failure.Realm = c.Params["realm"]
		}
	}
	if len(offered) == 0 { // RFC 9110 §11.7.1 demands the header; some proxies leave it out
		failure.Schemes = []string{"basic"}
	}
	for _, scheme := range []string{"negotiate", "ntlm", "basic"} { // the stronger first
		if !slices.Contains(failure.Schemes, scheme) {
			continue
		}
		leg, err := t.leg(ctx, scheme)
		if err != nil {
			failure.Tried = append(failure.Tried, err.Error())
		}
		if leg == nil {
			continue
		}
		res, err := t.signIn(ctx, scheme, leg)
		if err != nil || res.StatusCode != http.StatusProxyAuthRequired {
			return t.done(res, err)
		}
		failure.Tried = append(failure.Tried, scheme+" was not accepted")
	}
	return nil, failure
}

// signIn goes through the messages of one scheme.
func (t *tunnel) signIn(ctx context.Context, scheme string, leg Leg) (*http.Response, error) {
	var challenge []byte
	for range maxLegs {
		message, err := leg(challenge)
		if err != nil {
			return &http.Response{StatusCode: http.StatusProxyAuthRequired}, nil // as good as refused
		}
		name := map[string]string{"negotiate": "Negotiate", "ntlm": "NTLM", "basic": "Basic"}[scheme]
		res, err := t.ask(ctx, name+" "+base64.StdEncoding.EncodeToString(message))
		if err != nil || res.StatusCode != http.StatusProxyAuthRequired {
			return res, err
		}
		challenge = nil
		for _, c := range challenges(res) {
			if raw, err := base64.StdEncoding.DecodeString(c.Token68); err == nil && c.Scheme == scheme &&
				len(raw) > 0 {
				challenge = raw
			}
		}
		if challenge == nil || t.conn == nil { // refused, or hung up in the middle
			return res, nil
		}
	}
	return &http.Response{StatusCode: http.StatusProxyAuthRequired}, nil
}

// done gives the tunnel, or the proxy's refusal.
func (t *tunnel) done(res *http.Response, err error) (net.Conn, error) {
	switch {
	case err != nil:
		return nil, err
	case res.StatusCode/100 != 2:
		return nil, &route.RefusedError{
			Proxy: t.hop.Address, Source: t.hop.Source, Target: t.target, Status: res.StatusCode,
		}
	}
	if err := t.conn.SetDeadline(time.Time{}); err != nil {
		return nil, t.hop.Unreachable(err)
	}
	ahead, err := t.in.Peek(t.in.Buffered())
	if err != nil || len(ahead) == 0 {
		return t.conn, err
	}
	return &read{t.conn, io.MultiReader(bytes.NewReader(ahead), t.conn)}, nil
}

// ask sends CONNECT once, on a new connection where the last one is closed.
func (t *tunnel) ask(ctx context.Context, authorization string) (*http.Response, error) {
	if t.conn == nil {
		conn, err := t.d.reach(ctx, t.hop)
		if err != nil {
			return nil, err
		}
		t.conn, t.limit = conn, &io.LimitedReader{R: conn}
		t.in = bufio.NewReader(t.limit)
	}
	t.limit.N = maxHeader + maxBody
	conn := t.conn
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	req := &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: t.target}, Host: t.target,
		Header: http.Header{"User-Agent": {"Latchkey"}},
	}
	if authorization != "" {
		req.Header.Set("Proxy-Authorization", authorization)
	}
	if err := req.Write(conn); err != nil {
		return nil, t.hop.Unreachable(bare(err))
	}
	res, err := http.ReadResponse(t.in, req)
	if err != nil {
		return nil, t.hop.Unreachable(bare(err))
	}
	if res.StatusCode/100 != 2 {
		n, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
		if err != nil || n == maxBody || res.Close || strings.EqualFold(res.Header.Get("Proxy-Connection"), "close") {
			_ = conn.Close()
			t.conn = nil
		}
	}
	return res, nil
}

// challenges reads Proxy-Authenticate, whose grammar is that of WWW-Authenticate.
func challenges(res *http.Response) []proof.Challenge {
	return proof.Challenges(http.Header{"Www-Authenticate": res.Header["Proxy-Authenticate"]})
}

// read is a connection of whose tunnel some bytes were read already.
type read struct {
	net.Conn
	in io.Reader
}

// Read implements [net.Conn].
func (r *read) Read(p []byte) (int, error) { return r.in.Read(p) }

var errNoPassword = errors.New("no name and password are set for the proxy")

// leg begins a scheme by what is known: the system's ticket, or the name and password
// that the setting gives.
func (t *tunnel) leg(ctx context.Context, scheme string) (Leg, error) {
	user, password := t.hop.User, t.hop.Password
	if scheme == "basic" {
		if user == "" {
			return nil, errNoPassword
		}
		return once([]byte(user + ":" + password.Reveal())), nil
	}
	if scheme == "ntlm" && user != "" {
		return byPassword(user, password), nil
	}
	if t.d.proxy.opts.Ticket == nil {
		return nil, fmt.Errorf("the system gives no ticket (%s)", scheme)
	}
	leg, err := t.d.proxy.opts.Ticket(ctx, scheme, t.hop.Host())
	if err != nil {
		return nil, fmt.Errorf("the system gives no ticket (%s): %w", scheme, err)
	}
	return leg, nil
}

// once is a sign-in of one message.
func once(message []byte) Leg {
	return func(challenge []byte) ([]byte, error) {
		if challenge != nil {
			return nil, route.ErrSignIn
		}
		return message, nil
	}
}
