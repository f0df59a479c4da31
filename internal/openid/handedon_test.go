package openid_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/internal/openid"
)

// A server cannot use a proof that it received: a proof is good for one method, one address, one token and one moment,
// and every server that checks it can see that.
func TestAProofThatIsHandedOn(t *testing.T) {
	other, b := newBound(t, lies{}), newBound(t, lies{})
	var seen []*http.Request
	b.watch(func(r *http.Request) {
		if r.Header.Get("DPoP") != "" {
			seen = append(seen, r.Clone(context.Background()))
		}
	})
	client, s := b.signedIn("require")
	if _, err := client.Refresh(t.Context(), s, keep); err != nil || len(b.refused) != 0 {
		t.Fatalf("%v (refused: %v)", err, b.refused)
	}
	b.asked = nil                // of the sign-in, whose dpop_jkt is the same key's
	proofs := slices.Clone(seen) // without those that are handed on
	for _, r := range proofs {
		at, token := b.site.URL+r.URL.Path, r.Header.Get("Authorization")
		elsewhere := map[string]string{"/token": "/userinfo", "/userinfo": "/token"}[r.URL.Path]
		clear(b.ids)
		for _, c := range []struct {
			name               string
			to                 *bound
			method, url, token string
			want               string // what is wrong; "" where nothing is
		}{
			{"where it belongs", b, r.Method, at, token, ""}, // else the refusals say nothing
			{"once more", b, r.Method, at, token, "jti"},
			{"by another method", b, http.MethodPut, at, token, "htm"},
			{"to another endpoint", b, r.Method, b.site.URL + elsewhere, token, "htu"},
			{"to another server", other, r.Method, other.site.URL + r.URL.Path, token, "htu"},
			{"with another token", b, http.MethodGet, b.site.URL + "/userinfo", "DPoP AT-of-a-thief", "ath"},
		} {
			if c.want == "ath" && token == "" {
				continue // the token endpoint takes none
			}
			if c.want != "jti" {
				clear(c.to.ids)
			}
			c.to.refused = nil
			status := handOn(t, c.method, c.url, c.token, r.Header.Get("DPoP"))
			why := strings.Join(c.to.refused, " ")
			if !strings.HasPrefix(why, c.want) || (why == "") != (c.want == "") ||
				c.want != "" && status/100 != 4 {
				t.Errorf("%s %s %s: %d, refused: %s", r.Method, r.URL.Path, c.name, status, why)
			}
		}
	}
	if len(proofs) != 3 { // code, userinfo, renewal
		t.Errorf("%d requests with a proof", len(proofs))
	}
}

// handOn sends a request with somebody else's proof, and returns the status of the answer.
func handOn(t *testing.T, method, address, token, proof string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("DPoP", proof)
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// Every proof has a jti of its own: after a refusal for its nonce or its time, after an answer that was lost, and in
// another process.
func TestEveryProofHasAnIDOfItsOwn(t *testing.T) {
	b := newBound(t, lies{idToken: drop("auth_time")})
	b.nonces, b.ahead = true, time.Minute
	ids := map[string]int{}
	b.watch(func(r *http.Request) {
		var c struct {
			ID string `json:"jti"`
		}
		if text := payloadOf(r); text != "" {
			_ = json.Unmarshal([]byte(text), &c)
			ids[c.ID]++
		}
	})
	client, s := b.signedIn("require")
	b.losing(2, func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusBadGateway) })
	for _, process := range []*openid.Client{client, b.bind("require"), b.bind("require")} {
		next, err := process.Refresh(t.Context(), s, keep)
		if err != nil {
			t.Fatalf("%v (refused: %v)", err, b.refused)
		}
		s = next
	}
	for id, n := range ids {
		if n != 1 || len(id) < 26 { // 128 bits in base32
			t.Errorf("jti %q in %d proofs", id, n)
		}
	}
	refused := strings.Join(b.refused, " ")
	if len(ids) != b.proofs || !strings.Contains(refused, "nonce") || strings.Contains(refused, "jti") {
		t.Errorf("%d proofs, %d IDs (refused: %v)", b.proofs, len(ids), b.refused)
	}
}
