package story

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/robot"
)

// Pages decides what a person does at a page: it returns the form to send and its fields, or false when the person does
// nothing more. who is the variable PERSON.
type Pages func(page *robot.Page, who string) (form robot.Form, values url.Values, more bool)

// browserAt is the environment variable that says where the test's browser takes addresses.
const browserAt = "STORY_BROWSER"

// maxSteps is how many forms one visit may take, so that a provider that asks without end fails the test.
const maxSteps = 12

// browser is one browser with its cookies, for a whole story.
type browser struct {
	server *httptest.Server // takes the addresses that latchkeyctl opens
	robot  *robot.Browser
	pages  Pages

	mu    sync.Mutex // held for a whole visit
	trail string     // since the last [browser.forget]
}

func newBrowser(t *testing.T, pages Pages) *browser {
	t.Helper()
	b := &browser{robot: robot.New(nil), pages: pages}
	b.server = httptest.NewServer(b)
	t.Cleanup(b.server.Close)
	return b
}

// walked waits for the visit under way and returns where the browser was: a line for each page,
// with what the person did there, and the text of each visit's last page.
func (b *browser) walked() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trail
}

// forget clears the list of visited pages; cookies stay.
func (b *browser) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trail = ""
}

// ServeHTTP makes one visit for the command visit.
func (b *browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	address, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err == nil {
		err = b.visit(r.Context(), string(address), r.Header.Get("Person"))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// visit opens an address and fills in the pages that come of it.
func (b *browser) visit(ctx context.Context, address, who string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	page, err := b.robot.Visit(ctx, address)
	for range maxSteps {
		if err != nil {
			b.trail += err.Error() + "\n"
			return err
		}
		form, values, more := b.answer(page, who)
		b.trail += fmt.Sprintf("%d %s %s", page.Status, page.URL.Path, page.Title)
		if !more {
			b.trail += "\n" + page.Text + "\n"
			return nil
		}
		b.trail += fmt.Sprintf(" < %s\n", values.Encode())
		page, err = b.robot.Submit(ctx, form, values)
	}
	b.trail += "no end\n"
	return fmt.Errorf("%d forms, and no end", maxSteps)
}

// answer does what a script does on a page of latchkeyctl's own, and what the person does on
// every other.
func (b *browser) answer(page *robot.Page, who string) (robot.Form, url.Values, bool) {
	if len(page.Forms) == 1 && strings.HasPrefix(page.URL.Path, "/form/") {
		return page.Forms[0], nil, true
	}
	return b.pages(page, who)
}

// visit is the command that latchkeyctl opens addresses with.
func visit() {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	if err := deliver(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// deliver hands the address to the test's browser.
func deliver(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv(browserAt), strings.NewReader(address))
	if err != nil {
		return err
	}
	req.Header.Set("Person", os.Getenv("PERSON"))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if text, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("the browser: %s %w", text, err)
	}
	return nil
}
