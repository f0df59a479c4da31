package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/account"
	"app.latchkey/internal/session"
)

// docs/your-app.md shows what stands between the marks; a test compares the two.

// begin your-app
// Order is what our API says of an order.
type Order struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// List returns the orders of the person who is signed in. base is an origin: the token
// goes there and nowhere else. The error matches account.ErrNobody or
// account.ErrSessionEnded when a sign-in is needed.
func List(ctx context.Context, people *account.Manager, base string) ([]Order, error) {
	client, err := people.Client(base)
	if err != nil {
		return nil, fmt.Errorf("orders: %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/orders", nil)
	if err != nil {
		return nil, fmt.Errorf("orders: %w", err)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("orders: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("orders: HTTP %d", res.StatusCode)
	}
	var out []Order
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(&out); err != nil {
		return nil, fmt.Errorf("orders: %w", err)
	}
	return out, nil
}

// end your-app

func ExampleManager_Client() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer AT1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprint(w, `[{"id":"7","title":"A difference engine"}]`)
	}))
	defer api.Close()

	app := newManager(newProvider(), newSealer()) // in the app: wire.New
	ctx := context.Background()
	_ = app.Restore(ctx)
	_, err := List(ctx, app.Manager, api.URL)
	fmt.Println("a sign-in is needed:", errors.Is(err, account.ErrNobody))

	_ = app.SignIn(ctx, session.SignInRequest{})
	list, err := List(ctx, app.Manager, api.URL)
	fmt.Println(list, err)
	// Output:
	// a sign-in is needed: true
	// [{7 A difference engine}] <nil>
}

// What the page shows is what compiles and runs.
func TestTheYourAppPageShowsThisCode(t *testing.T) {
	code, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/your-app.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(code), "// begin your-app\n")
	shown, _, ok := strings.Cut(rest, "\n// end your-app")
	if !ok || !strings.Contains(string(page), "```go\n"+shown+"```\n") {
		t.Error("docs/your-app.md does not show the code between the marks of example_test.go")
	}
}
