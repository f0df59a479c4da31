package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/http/httpguts"

	"app.latchkey/internal/problem"
	"app.latchkey/internal/weburl"
)

// maxUpload is the largest body that request sends, in bytes: the whole of it is kept, to be sent again with
// a new token or nonce.
const maxUpload = 64 << 20

// requesting is what the flags of request say.
type requesting struct {
	named, method, data string
	headers             []string
	include, stepUp     bool
	timeout             time.Duration
}

func (c *command) request() *cobra.Command {
	var r requesting
	cmd := &cobra.Command{
		Use: "request URL", Short: "Send a request to an API, with a fresh access token",
		Long: "request sends one HTTP request with one of your access tokens, and prints the answer's body. A token " +
			"that is\n" +
			"tied to this computer (DPoP) goes with a proof by its key, which no other program can write.\n" +
			"The token goes only to the host of URL: https, or http on this computer. A redirect to another host " +
			"gets none.\n" +
			"An API may ask for a newer or a stronger sign-in: with --step-up you sign in anew, and the request is " +
			"sent once more.\n" +
			"The exit code is 1 when the server answers with 400 or more; its body is printed as well.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{errors.New("request takes one address")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			req, err := r.build(cmd.Context(), args[0], c.stdin)
			if err != nil {
				return &usageError{err}
			}
			if r.stepUp && r.named != "" {
				return &usageError{errors.New("--step-up is for the active account; " +
					"the command accounts switch makes another one active")}
			}
			if err := c.start(c.steppingUp(r.stepUp)); err != nil {
				return err
			}
			if err := c.restore(cmd.Context()); err != nil {
				return err
			}
			return c.send(req, r)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&r.method, "request", "X", "", "method; GET when not given, or POST with a body")
	f.StringArrayVarP(&r.headers, "header", "H", nil, "a header, as \"Accept: text/csv\"; may be given several times")
	f.StringVarP(&r.data, "data", "d", "", "body: a text, @FILE, or @- for standard input")
	f.BoolVarP(&r.include, "include", "i", false, "print the status and the headers of the answer first")
	f.BoolVar(&r.stepUp, "step-up", false, "sign in anew when the API asks for it, and send the request once more")
	f.DurationVar(&r.timeout, "timeout", time.Minute, "how long the whole request may take, a sign-in not counted")
	f.StringVar(&r.named, "account", "", accountHelp)
	return cmd
}

// build makes the request of the flags.
func (r *requesting) build(ctx context.Context, address string, stdin io.Reader) (*http.Request, error) {
	u, err := weburl.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the address must be such as https://api.example/orders: %w", err)
	case !weburl.Secure(u):
		return nil, errors.New("a token goes to https alone, or to http on this computer")
	case r.timeout <= 0:
		return nil, errors.New("--timeout must be more than zero")
	}
	u.Fragment = ""
	var body io.Reader
	method := cmp.Or(r.method, http.MethodGet)
	if r.data != "" {
		data, err := r.body(stdin)
		if err != nil {
			return nil, err
		}
		body, method = bytes.NewReader(data), cmp.Or(r.method, http.MethodPost)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("%q is no method of HTTP", r.method)
	}
	req.Header.Set("User-Agent", "latchkeyctl")
	return req, r.setHeaders(req.Header)
}

// setHeaders puts the headers of the flags in.
func (r *requesting) setHeaders(to http.Header) error {
	for _, line := range r.headers {
		name, value, ok := strings.Cut(line, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		switch {
		case !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
			return errors.New(`a header is such as "Accept: text/csv"`)
		case slices.Contains([]string{"Authorization", "Dpop", "Host", "Content-Length", "Transfer-Encoding"}, name):
			return fmt.Errorf("the header %s is written by this command", name)
		}
		to.Add(name, strings.TrimSpace(value))
	}
	return nil
}

// body is the text of --data, or what it names.
func (r *requesting) body(stdin io.Reader) ([]byte, error) {
	name, named := strings.CutPrefix(r.data, "@")
	if !named {
		return []byte(r.data), nil
	}
	read := func() ([]byte, error) { return readStart(name, maxUpload+1) }
	if name == "-" {
		read = func() ([]byte, error) { return io.ReadAll(io.LimitReader(stdin, maxUpload+1)) }
	}
	data, err := read()
	if err == nil && len(data) > maxUpload {
		err = fmt.Errorf("the body has more than %d bytes", maxUpload)
	}
	return data, err
}

// send sends the request and prints the answer.
func (c *command) send(req *http.Request, r requesting) error {
	origin := req.URL.Scheme + "://" + req.URL.Host
	p, err := c.chosen(r.named)
	if err != nil {
		return err
	}
	client, err := c.parts.Account.ClientOf(p.Key, origin)
	if err != nil {
		return err
	}
	client.Timeout, client.CheckRedirect = r.timeout, leaving
	if r.stepUp {
		client.Timeout += c.parts.Settings.Provider.SignInTimeout
	}
	res, err := client.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer func() { _ = res.Body.Close() }()
	return c.printAnswer(res, r.include)
}

// maxRedirects is how many redirects are followed, as net/http does.
const maxRedirects = 10

// leaving removes the person's own headers from a request that a redirect sends to another host; the account's client
// removes the token. A redirect to plain http is not followed.
func leaving(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case len(via) >= maxRedirects, !weburl.Secure(req.URL):
		return http.ErrUseLastResponse
	case req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host:
		// #nosec G119 -- the one header that goes along says nothing of the person
		req.Header = http.Header{"User-Agent": first.Header["User-Agent"]}
	}
	return nil
}

// unanswered is why a request has no answer, without the address's query, which net/http quotes.
func unanswered(err error) error {
	var asURL *url.Error
	if errors.As(err, &asURL) {
		err = asURL.Err
	}
	if words := steppingUpWords(err); words != nil {
		return words
	}
	if problem.From(err, "").Code != "internal" { // of the token, the key, the sign-in
		return err
	}
	return &worded{problem.Problem{
		Code: "server_unreachable", Title: "The server did not answer", Message: sentence(err.Error()) + ".",
		Hint: "Check the address and the network, then try again.",
	}}
}
