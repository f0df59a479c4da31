package account_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/account"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/secret"
	"app.latchkey/internal/session"
)

// ring holds software keys by their blobs.
type ring struct {
	mu     sync.Mutex
	nonces proof.Nonces
	gone   []string
	err    error // of Prover
}

func (r *ring) Prover(blob secret.Secret) (*proof.Prover, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return nil, r.err
	}
	key, err := proof.OpenSoftware(blob)
	return &proof.Prover{Key: key, Nonces: &r.nonces}, err
}

func (r *ring) ForgetKey(blob secret.Secret) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = append(r.gone, blob.Reveal())
	return nil
}

// bound is a manager with which Ada has signed in, her session bound to a key.
func bound(t *testing.T) (*testManager, *ring) {
	t.Helper()
	p, s, keys := newProvider(), newSealer(), &ring{}
	p.bind = func() (secret.Secret, error) {
		key, err := proof.NewSoftware()
		if err != nil {
			return secret.Secret{}, err
		}
		return key.Blob(), nil
	}
	d := &testManager{provider: p, sealer: s}
	d.Manager = account.New(account.Options{Auth: p, Store: session.NewStore(s), Keys: keys})
	if err := errors.Join(d.Restore(t.Context()), d.SignIn(t.Context(), session.SignInRequest{})); err != nil {
		t.Fatal(err)
	}
	return d, keys
}

// guarded is an API that takes bound tokens alone, and with nonces another nonce each time. It answers what it got.
func guarded(t *testing.T, nonces bool) (*httptest.Server, *[]string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	n := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		said := claimsOf(r.Header.Get("DPoP"))
		seen = append(seen, said)
		if nonces {
			n++
			w.Header().Set("DPoP-Nonce", fmt.Sprint("n", n))
		}
		body, _ := io.ReadAll(r.Body)
		switch {
		case !strings.HasPrefix(r.Header.Get("Authorization"), "DPoP AT") || !strings.Contains(said, `"ath":`):
			http.Error(w, "no bound token", http.StatusForbidden)
		case nonces && !strings.Contains(said, fmt.Sprintf(`"nonce":"n%d"`, n-1)):
			w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
		}
	}))
	t.Cleanup(site.Close)
	return site, &seen
}

func TestAnAPIGetsAProof(t *testing.T) {
	for _, nonces := range []bool{false, true} {
		d, _ := bound(t)
		site, seen := guarded(t, nonces)
		c := client(t, d, site.URL)
		for _, call := range []struct{ method, path, body string }{
			{"GET", "/a?q=secret", ""}, {"POST", "/orders", "one"}, {"DELETE", "/a", ""},
		} {
			status, text := fetch(t, c, call.method, site.URL+call.path, strings.NewReader(call.body))
			path, _, _ := strings.Cut(call.path, "?")
			if want := fmt.Sprintf("%s %s %s", call.method, path, call.body); status != 200 || text != want {
				t.Errorf("nonces %t: %s: %d %q", nonces, call.path, status, text)
			}
		}
		for _, said := range *seen {
			if strings.Contains(said, "secret") {
				t.Errorf("the query is in the proof: %s", said)
			}
		}
		if d.provider.refreshes != 0 {
			t.Error("a nonce that was demanded has cost a refresh")
		}
	}
}

// A body that cannot be sent again gets the server's own answer.
func TestANonceForABodyThatIsGone(t *testing.T) {
	d, _ := bound(t)
	site, _ := guarded(t, true)
	req, err := http.NewRequestWithContext(t.Context(), "POST", site.URL, io.MultiReader(strings.NewReader("x")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{http.StatusUnauthorized, http.StatusOK} { // the nonce is known to the next request
		req.Body = io.NopCloser(strings.NewReader("x"))
		res, err := client(t, d, site.URL).Do(req)
		if err != nil || res.StatusCode != want {
			t.Fatalf("%v %v", res, err)
		}
		_ = res.Body.Close()
	}
}

// A redirect to another origin gets neither the token nor the proof.
func TestAProofDoesNotFollowARedirect(t *testing.T) {
	d, _ := bound(t)
	other, seen := guarded(t, false)
	var got http.Header
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		http.Redirect(w, r, other.URL+"/x", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(away.Close)
	if status, _ := fetch(t, client(t, d, away.URL, other.URL), "GET", away.URL, nil); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	if got.Get("DPoP") == "" || len(*seen) != 1 || (*seen)[0] != "" {
		t.Errorf("the first got %v, the other %q", got, *seen)
	}
}

func TestAKeyOfAnotherComputerEndsTheSession(t *testing.T) {
	for err, code := range map[error]session.Ended{
		&proof.ForeignKeyError{Place: proof.TPM, Err: errors.New("integrity")}: session.EndedForeign,
		fmt.Errorf("x: %w", proof.ErrBlob):                                     session.EndedKey,
	} {
		d, keys := bound(t)
		d.provider.refresh = func(context.Context) error { return err }
		_, got := d.Renew(t.Context(), account.Token{})
		if !errors.Is(got, account.ErrSessionEnded) || !errors.Is(got, err) {
			t.Errorf("%v", got)
		}
		s, _ := d.sealer.book(t).Find(key("ada"))
		if s.Ended != code || !s.ProofKey.IsZero() || !s.Tokens.Refresh.IsZero() || !s.Bound || len(keys.gone) != 1 {
			t.Errorf("stored: %s, %d keys forgotten", s.Ended, len(keys.gone))
		}
		again := newManager(d.provider, d.sealer) // the next start says the same
		if err := again.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, later := again.Token(t.Context())
		var why *account.EndedError
		if !errors.As(later, &why) || why.Why != code ||
			!errors.Is(later, proof.ErrForeignKey) && !errors.Is(later, proof.ErrBlob) {
			t.Errorf("the next start: %v", later)
		}
	}
}

// A security chip that does not answer ends no session.
func TestAChipThatIsAwayEndsNothing(t *testing.T) {
	d, keys := bound(t)
	d.provider.refresh = func(context.Context) error { return fmt.Errorf("x: %w", proof.ErrHardware) }
	if _, err := d.Renew(t.Context(), account.Token{}); !errors.Is(err, proof.ErrHardware) ||
		errors.Is(err, account.ErrSessionEnded) {
		t.Errorf("%v", err)
	}
	site, seen := guarded(t, false)
	keys.err = proof.ErrHardware
	if _, err := client(t, d, site.URL).Get(site.URL); !errors.Is(err, proof.ErrHardware) || len(*seen) != 0 {
		t.Errorf("%v, the API got %v", err, *seen)
	}
	d.provider.refresh = nil
	if _, err := d.Renew(t.Context(), account.Token{}); err != nil {
		t.Errorf("later: %v", err)
	}
}

// An account whose tokens were bound gets bound tokens again, until it has been signed out.
func TestOnceBound(t *testing.T) {
	d, keys := bound(t)
	must := map[string]bool{}
	d.provider.signIn = func(_ context.Context, req session.SignInRequest) error {
		must = map[string]bool{"ada": req.MustBind(key("ada")), "bob": req.MustBind(key("bob"))}
		return nil
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil || !must["ada"] || must["bob"] {
		t.Errorf("%v, %v", err, must)
	}
	if len(keys.gone) != 1 {
		t.Errorf("the key of the session before is not forgotten: %d", len(keys.gone))
	}
	if _, err := d.SignOut(t.Context(), key("ada"), account.ScopeTokens); err != nil || len(keys.gone) != 2 {
		t.Errorf("%v, %d keys forgotten", err, len(keys.gone))
	}
	if err := d.SignIn(t.Context(), session.SignInRequest{}); err != nil || must["ada"] {
		t.Errorf("after the sign-out: %v, %v", err, must)
	}
}

func TestTheSnapshotSaysWhatIsBound(t *testing.T) {
	d, _ := bound(t)
	if b := d.Snapshot().Session.Binding; b != (account.Binding{Key: "software", Access: true, Once: true}) {
		t.Errorf("%+v", b)
	}
	if b := signedIn(t).Snapshot().Session.Binding; b != (account.Binding{}) {
		t.Errorf("not bound: %+v", b)
	}
	if token, err := d.Token(t.Context()); err != nil || token.Type != session.DPoP {
		t.Errorf("%s %v", token.Type, err)
	}
	if !slices.ContainsFunc(d.Snapshot().Accounts, func(a account.Account) bool { return a.Binding.Once }) {
		t.Error("the list of accounts does not say it")
	}
}

// claimsOf returns the claims of a proof.
func claimsOf(text string) string {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return ""
	}
	out, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return string(out)
}
