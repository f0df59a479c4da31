package robot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Errors of a walk through the demo's pages.
var (
	ErrNoForm = errors.New("robot: the page has not what was looked for")
	ErrNoMail = errors.New("robot: no mail came")
)

// Walk is one way into the demo's broker, as a person would take it. It returns the page where the browser ended.
type Walk func(ctx context.Context, b *Browser, page *Page) (*Page, error)

// Quick is the shortest way: social login as somebody who has let the app in before.
func Quick(person string) Walk {
	return func(ctx context.Context, b *Browser, page *Page) (*Page, error) {
		return b.press(ctx, page, "person", person, nil)
	}
}

// Social goes by the social service and its page of consent; nobody, the empty person, cancels there.
func Social(person string) Walk {
	return func(ctx context.Context, b *Browser, page *Page) (*Page, error) {
		page, err := b.press(ctx, page, "way", "social", nil)
		if err != nil {
			return nil, err
		}
		if person == "" {
			return b.press(ctx, page, "cancel", "1", nil)
		}
		return b.press(ctx, page, "person", person, nil)
	}
}

// SSO goes by the directory of the company whose domain the address has.
func SSO(email, password string) Walk {
	return func(ctx context.Context, b *Browser, page *Page) (*Page, error) {
		page, err := b.press(ctx, page, "way", "sso", url.Values{"email": {email}})
		if err != nil || len(page.Forms) == 0 || !page.Forms[0].Fields.Has("password") {
			return page, err // a page that says why not, or the end already
		}
		return b.Submit(ctx, page.Forms[0], url.Values{"name": {email}, "password": {password}})
	}
}

// MagicLink asks for a mail, opens it in the inbox, and confirms; somebody new gives the name.
func MagicLink(email, name string) Walk {
	return func(ctx context.Context, b *Browser, page *Page) (*Page, error) {
		page, err := b.press(ctx, page, "way", "magic", url.Values{"email": {email}})
		if err != nil {
			return nil, err
		}
		if _, sent := page.link("Open the inbox"); !sent {
			return page, nil // a page that says why not
		}
		if page, err = b.openMail(ctx, page); err != nil {
			return nil, err
		}
		page, err = b.press(ctx, page, "confirm", "1", nil)
		if err != nil || len(page.Forms) == 0 || !page.Forms[0].Fields.Has("name") {
			return page, err
		}
		return b.Submit(ctx, page.Forms[0], url.Values{"name": {name}})
	}
}

// Cancel goes back to the app.
func Cancel() Walk {
	return func(ctx context.Context, b *Browser, page *Page) (*Page, error) {
		return b.press(ctx, page, "cancel", "1", nil)
	}
}

// openMail follows the way from the page that says that a mail was sent to the page that its link leads to.
func (b *Browser) openMail(ctx context.Context, sent *Page) (*Page, error) {
	inbox, ok := sent.link("Open the inbox")
	for end := time.Now().Add(10 * time.Second); ok && time.Now().Before(end); {
		page, err := b.Visit(ctx, inbox)
		if err != nil {
			return nil, err
		}
		if mail, here := page.link("Your link"); here { // the newest is the first
			if page, err = b.Visit(ctx, mail); err != nil {
				return nil, err
			}
			if to, here := page.link("Sign in"); here {
				return b.Visit(ctx, to)
			}
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoMail, sent.Title)
}

// link finds a link by what its text begins with.
func (p *Page) link(text string) (string, bool) {
	for _, l := range p.Links {
		if strings.HasPrefix(l.Text, text) {
			return l.URL.String(), true
		}
	}
	return "", false
}

// press presses the button of that name and value, in whichever form has it.
func (b *Browser) press(ctx context.Context, page *Page, name, value string, more url.Values) (*Page, error) {
	for _, f := range page.Forms {
		if slices.Contains(f.Offers[name], value) {
			fields := url.Values{name: {value}}
			maps.Copy(fields, more)
			return b.Submit(ctx, f, fields)
		}
	}
	return nil, fmt.Errorf("%w: %s=%s at %q", ErrNoForm, name, value, page.Title)
}
