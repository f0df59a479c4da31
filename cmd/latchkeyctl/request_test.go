package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A redirect to another host gets neither the token nor the headers that the person added, and a redirect to plain http
// is not followed.
func TestWhatGoesAlongWithARedirect(t *testing.T) {
	var got http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter,
		r *http.Request) {
		got = r.Header.Clone()
	}))
	t.Cleanup(other.Close)
	to := other.URL
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/same" {
			got = r.Header.Clone()
			return
		}
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(site.Close)
	fetch := func() *http.Response {
		t.Helper()
		r := requesting{timeout: 1, headers: []string{"X-Key: mine"}}
		req, err := r.build(t.Context(), site.URL+"/start", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{CheckRedirect: leaving}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	if fetch(); got.Get("X-Key") != "" || got.Get("User-Agent") != "latchkeyctl" {
		t.Errorf("another host got %v", got)
	}
	to = site.URL + "/same"
	if fetch(); got.Get("X-Key") != "mine" {
		t.Errorf("the same host got %v", got)
	}
	for _, to = range []string{"http://api.example/", site.URL + "/again"} {
		if res := fetch(); res.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: %d", to, res.StatusCode)
		}
	}
}
