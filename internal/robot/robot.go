// Package robot is a scripted browser: it follows redirects with cookies, reads
// forms and posts them, as a person's browser would, without running scripts.
//
// It plays the person in the demo without a display and in the tests. It talks to
// loopback alone, so that it can never be sent elsewhere.
package robot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// ErrForeign is returned for an address that is not on loopback.
var ErrForeign = errors.New("robot: not an address on this machine")

// Browser keeps cookies between pages.
type Browser struct{ client *http.Client }

// New returns a browser without cookies. transport may be nil.
func New(transport http.RoundTripper) *Browser {
	jar, _ := cookiejar.New(nil) // it fails for options alone, and has none
	if transport == nil {
		transport = &http.Transport{Proxy: nil}
	}
	return &Browser{&http.Client{Jar: jar, Transport: onlyLoopback{transport}, Timeout: 40 * time.Second}}
}

type onlyLoopback struct{ base http.RoundTripper }

func (t onlyLoopback) RoundTrip(r *http.Request) (*http.Response, error) {
	ip := net.ParseIP(r.URL.Hostname())
	if r.URL.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, ErrForeign
	}
	return t.base.RoundTrip(r)
}

// Page is what a visit ended at.
type Page struct {
	URL    *url.URL
	Status int
	Title  string
	Text   string // of the whole page, white space folded
	Forms  []Form
	Links  []Link
}

// Link is a link of a page.
type Link struct {
	URL  *url.URL
	Text string // white space folded
}

// Form is a form of a page.
type Form struct {
	Action *url.URL
	Method string
	Fields url.Values          // hidden and filled fields
	Offers map[string][]string // values of its buttons, by name
}

// Visit fetches the address and whatever it redirects to.
func (b *Browser) Visit(ctx context.Context, address string) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	return b.do(req)
}

// Submit posts a form, with further values over its own.
func (b *Browser) Submit(ctx context.Context, f Form, values url.Values) (*Page, error) {
	fields := url.Values{}
	maps.Copy(fields, f.Fields)
	maps.Copy(fields, values)
	req, err := http.NewRequestWithContext(ctx, strings.ToUpper(f.Method), f.Action.String(),
		strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	if req.Method == http.MethodGet {
		req.URL.RawQuery, req.Body, req.ContentLength = fields.Encode(), nil, 0
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(req)
}

func (b *Browser) do(req *http.Request) (*Page, error) {
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	root, err := html.ParseWithOptions(io.LimitReader(res.Body, 1<<20), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	p := &Page{URL: res.Request.URL, Status: res.StatusCode}
	p.read(root, -1)
	p.Text = strings.Join(strings.Fields(p.Text), " ")
	return p, nil
}

// read walks the page; form is the index of the form around n, -1 for none.
func (p *Page) read(n *html.Node, form int) {
	switch {
	case n.Type == html.TextNode && n.Parent != nil && n.Parent.Data != "style" && n.Parent.Data != "script":
		if n.Parent.Data == "title" {
			p.Title += n.Data
		} else {
			p.Text += " " + n.Data
		}
	case n.Type == html.ElementNode && n.Data == "form":
		action, err := p.URL.Parse(attr(n, "action"))
		if err != nil {
			action = p.URL
		}
		method := cmp.Or(attr(n, "method"), http.MethodGet)
		p.Forms = append(p.Forms,
			Form{Action: action, Method: method, Fields: url.Values{}, Offers: map[string][]string{}})
		form = len(p.Forms) - 1
	case n.Type == html.ElementNode && n.Data == "a" && attr(n, "href") != "":
		if to, err := p.URL.Parse(attr(n, "href")); err == nil {
			p.Links = append(p.Links, Link{to, strings.Join(strings.Fields(text(n)), " ")})
		}
	case n.Type == html.ElementNode && form >= 0 && attr(n, "name") != "":
		name := attr(n, "name")
		if n.Data == "button" || attr(n, "type") == "submit" {
			p.Forms[form].Offers[name] = append(p.Forms[form].Offers[name], attr(n, "value"))
		} else if n.Data == "input" {
			p.Forms[form].Fields.Add(name, attr(n, "value"))
		}
	}
	for c := range n.ChildNodes() {
		p.read(c, form)
	}
}

// text is what stands in an element.
func text(n *html.Node) string {
	out := ""
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out += " " + d.Data
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	if i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }); i >= 0 {
		return n.Attr[i].Val
	}
	return ""
}
