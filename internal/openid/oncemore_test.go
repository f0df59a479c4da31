package openid_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/internal/openid"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/session"
)

// strict is a provider that refuses prompt values, and gives a refresh token only with
// consent. The answers to authorization requests are its own, by the prompt.
type strict struct {
	*op
	client  *openid.Client
	prompts []string // of the requests, in order
	pages   []string // what the browser was told at the end of each
	again   []string // reasons that the waiting screen was told
	mu      sync.Mutex
	learned openid.Learned
	refuse  func(prompt string) (code, description string) // "" takes it
	consent bool                                           // offline_access needs prompt=consent
	never   bool                                           // no refresh token at all
	offline bool                                           // the grant at hand
}

func newStrict(t *testing.T, s *strict, change ...func(*provider.Provider)) *strict {
	t.Helper()
	s.op = newOP(t, lies{})
	s.lies.serve = at("/authorize", func(w http.ResponseWriter, r *http.Request) {
		prompt := r.Form.Get("prompt")
		s.mu.Lock()
		s.prompts = append(s.prompts, prompt)
		s.offline = !s.never && (!s.consent || slices.Contains(strings.Fields(prompt), "consent"))
		s.mu.Unlock()
		if s.refuse != nil {
			if code, text := s.refuse(prompt); code != "" {
				v := url.Values{
					"error": {code}, "error_description": {text}, "state": {r.Form.Get("state")}, "iss": {s.site.URL},
				}
				http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+v.Encode(), http.StatusFound)
				return
			}
		}
		s.authorize(w, r)
	})
	s.lies.token = func(c claims) {
		if !s.offline {
			delete(c, "refresh_token")
		}
	}
	conf := provider.Provider{
		Issuer: s.site.URL, ClientID: "desk", OfflineAccess: "auto", Consent: "auto", LoginHintParam: "login_hint",
	}
	for _, f := range change {
		f(&conf)
	}
	r := &receiver{answer: make(chan url.Values, 1), finished: make(chan bool, 16)}
	var err error
	s.client, err = openid.New(conf, openid.Options{
		Listen:  func(context.Context, openid.ListenSpec) (openid.Receiver, error) { return r, nil },
		OpenURL: s.openFor(r),
		Recall:  func() openid.Learned { return s.learned },
		Learn:   func(l openid.Learned) { s.learned = l },
		Words: func(err error) (string, string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			words := "signed in"
			if err != nil {
				words = err.Error()
			}
			s.pages = append(s.pages, words)
			return words, ""
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	return s
}

func (s *strict) signIn(t *testing.T, req session.SignInRequest) (session.Session, error) {
	t.Helper()
	s.prompts, s.pages, s.again = nil, nil, nil
	req.Progress = func(p session.Progress) {
		if p.Again != "" && !slices.Contains(s.again, p.Again) {
			s.again = append(s.again, p.Again)
		}
	}
	return signIn(t, s.client, req)
}

func (s *strict) want(t *testing.T, prompts ...string) {
	t.Helper()
	if !slices.Equal(s.prompts, prompts) {
		t.Errorf("asked with %q, want %q", s.prompts, prompts)
	}
	if len(s.pages) != len(prompts) {
		t.Errorf("the browser was told %q", s.pages)
	}
	for i, page := range s.pages {
		if more := i < len(prompts)-1; more != (page == openid.ErrOnceMore.Error()) {
			t.Errorf("page %d: %q", i+1, page)
		}
	}
}

// OIDC Core §11 to the letter: the person is asked once more, is told why, and at the
// next sign-in the one request has all that is needed.
func TestConsentIsLearned(t *testing.T) {
	s := newStrict(t, &strict{consent: true})
	got, err := s.signIn(t, session.SignInRequest{})
	if err != nil || got.Tokens.Refresh.IsZero() {
		t.Fatalf("%v, renewable %v", err, !got.Tokens.Refresh.IsZero())
	}
	s.want(t, "", "consent")
	if !slices.Equal(s.again, []string{openid.AgainConsent}) || s.asked.Get("login_hint") == "" {
		t.Errorf("told %q, hint %q", s.again, s.asked.Get("login_hint"))
	}
	for range 2 {
		if got, err := s.signIn(t, session.SignInRequest{}); err != nil || got.Tokens.Refresh.IsZero() {
			t.Errorf("the next sign-in: %v", err)
		}
		s.want(t, "consent")
	}
	if _, err := s.client.Refresh(t.Context(), got, keep); err != nil && !errors.Is(err, session.ErrEnded) {
		t.Error(err)
	}
}

// When the second request brings no refresh token either, the person is not asked a third time, nor twice at the next
// sign-in.
func TestConsentThatDoesNotHelp(t *testing.T) {
	s := newStrict(t, &strict{never: true})
	if got, err := s.signIn(t, session.SignInRequest{}); err != nil || got.Tokens.Access.IsZero() {
		t.Fatal(err)
	}
	s.want(t, "", "consent")
	if _, err := s.signIn(t, session.SignInRequest{}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "")
}

// What goes wrong in the second request costs the refresh token, not the sign-in.
func TestConsentThatIsRefused(t *testing.T) {
	for _, code := range []string{"access_denied", "invalid_request", "consent_required"} {
		s := newStrict(t, &strict{consent: true, refuse: func(prompt string) (string, string) {
			if prompt == "consent" {
				return code, "no"
			}
			return "", ""
		}})
		for n, prompts := range [][]string{{"", "consent"}, {""}} {
			got, err := s.signIn(t, session.SignInRequest{})
			if err != nil || got.Key.Subject != "ada" || !got.Tokens.Refresh.IsZero() {
				t.Errorf("%s, sign-in %d: %v", code, n+1, err)
			}
			if !slices.Equal(s.prompts, prompts) {
				t.Errorf("%s, sign-in %d: asked with %q", code, n+1, s.prompts)
			}
		}
	}
}

// When the person is not asked: another setting, a provider that does not list it, one
// that gave the token, one that does not know the value.
func TestConsentThatIsNotAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		strict    *strict
		change    func(*provider.Provider)
		discovery func(claims)
		prompts   []string
	}{
		"a provider that gives the token": {strict: &strict{}, prompts: []string{""}},
		"consent = never": {
			strict: &strict{consent: true}, change: func(p *provider.Provider) { p.Consent = "never" },
			prompts: []string{""},
		},
		"consent = always": {
			strict: &strict{consent: true}, change: func(p *provider.Provider) { p.Consent = "always" },
			prompts: []string{"consent"},
		},
		"offline_access = off": {
			strict: &strict{consent: true}, change: func(p *provider.Provider) { p.OfflineAccess = "off" },
			prompts: []string{""},
		},
		"not listed": {
			strict: &strict{consent: true}, change: func(p *provider.Provider) { p.OfflineAccess = "on" },
			discovery: drop("scopes_supported"), prompts: []string{""},
		},
		"prompts without consent": {
			strict: &strict{consent: true}, discovery: put("prompt_values_supported", []string{"none", "login"}),
			prompts: []string{""},
		},
		"prompts with consent": {
			strict: &strict{consent: true}, discovery: put("prompt_values_supported", []string{"consent"}),
			prompts: []string{"", "consent"},
		},
		"the settings ask for it": {
			strict: &strict{never: true}, change: func(p *provider.Provider) {
				p.AuthParams = map[string]string{"prompt": "consent"}
			}, prompts: []string{"consent"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change == nil {
				c.change = func(*provider.Provider) {}
			}
			s := newStrict(t, c.strict, c.change)
			s.lies.discovery = c.discovery
			if _, err := s.signIn(t, session.SignInRequest{}); err != nil {
				t.Fatal(err)
			}
			s.want(t, c.prompts...)
		})
	}
}

// only takes the prompt values that it knows.
func only(known ...string) func(string) (string, string) {
	return func(prompt string) (string, string) {
		for _, v := range strings.Fields(prompt) {
			if !slices.Contains(known, v) {
				return "invalid_request", "unsupported prompt value requested"
			}
		}
		return "", ""
	}
}

func TestAnotherAccount(t *testing.T) {
	for name, c := range map[string]struct {
		refuse    func(string) (string, string)
		discovery func(claims)
		change    func(*provider.Provider)
		consent   bool
		first     []string
		next      []string
	}{
		"nothing is known: login": {
			refuse: only("login", "consent"), first: []string{"login"}, next: []string{"login"},
		},
		"listed": {
			refuse: only("select_account"), discovery: put("prompt_values_supported", []string{"select_account"}),
			first: []string{"select_account"}, next: []string{"select_account"},
		},
		"listed, and refused all the same": {
			refuse: only("login"), discovery: put("prompt_values_supported", []string{"select_account", "login"}),
			first: []string{"select_account", "login"}, next: []string{"login"},
		},
		"the preset knows": {
			refuse: only("select_account"), change: func(p *provider.Provider) { p.SelectAccount = true },
			first: []string{"select_account"}, next: []string{"select_account"},
		},
		"the preset errs": {
			refuse: only("login"), change: func(p *provider.Provider) { p.SelectAccount = true },
			first: []string{"select_account", "login"}, next: []string{"login"},
		},
		"no prompt is understood": {refuse: only(), first: []string{"login", ""}, next: []string{""}},
		"listed without any": {
			refuse: only(), discovery: put("prompt_values_supported", []string{"none"}), first: []string{""},
			next: []string{""},
		},
		"with consent": {
			refuse: only("login", "consent"), consent: true, first: []string{"login", "consent"},
			next: []string{"login consent"},
		},
		"select_account with consent": {
			refuse:    only("select_account", "consent"),
			discovery: put("prompt_values_supported", []string{"select_account", "consent"}), consent: true,
			first: []string{"select_account", "consent"}, next: []string{"select_account consent"},
		},
		"beside the settings' consent": {
			refuse: only("login", "consent"), change: func(p *provider.Provider) {
				p.AuthParams = map[string]string{"prompt": "consent"}
			}, first: []string{"login consent"}, next: []string{"login consent"},
		},
		"consent = always, login is refused": {
			refuse: only("consent"), change: func(p *provider.Provider) { p.Consent = "always" },
			first: []string{"login consent", "consent"}, next: []string{"consent"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change == nil {
				c.change = func(*provider.Provider) {}
			}
			s := newStrict(t, &strict{consent: c.consent, refuse: c.refuse}, c.change)
			s.lies.discovery = c.discovery
			for _, prompts := range [][]string{c.first, c.next, c.next} {
				if _, err := s.signIn(t, session.SignInRequest{Prompt: "select_account"}); err != nil {
					t.Fatal(err)
				}
				s.want(t, prompts...)
			}
		})
	}
}

// A refusal that is not about the prompt is not tried again, and neither is a refusal by the person.
func TestWhatIsNoRefusalOfAPrompt(t *testing.T) {
	for _, code := range []string{"access_denied", "invalid_scope", "login_required", "unauthorized_client"} {
		s := newStrict(t, &strict{refuse: func(string) (string, string) { return code, "" }})
		if _, err := s.signIn(t, session.SignInRequest{Prompt: "select_account"}); err == nil {
			t.Errorf("%s: signed in", code)
		}
		s.want(t, "login")
	}
	s := newStrict(t, &strict{refuse: func(string) (string, string) { return "invalid_request", "redirect_uri" }})
	if _, err := s.signIn(t, session.SignInRequest{}); !errors.Is(err, openid.ErrAnswer) {
		t.Error(err)
	}
	s.want(t, "") // no prompt was sent: there is no weaker way
	if s.learned != (openid.Learned{}) {
		t.Errorf("learned %+v", s.learned)
	}
}

// A step-up whose prompt is refused goes on without it: auth_time is verified all the same.
func TestAStepUpWithoutItsPrompt(t *testing.T) {
	s := newStrict(t, &strict{refuse: only()})
	if _, err := s.signIn(t, session.SignInRequest{Prompt: "login"}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "login", "")
}
