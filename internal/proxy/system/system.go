// Package system asks the desktop which proxy an address goes by: on Linux the portal,
// GNOME's settings, KDE's; on Windows the person's Internet options; on macOS the
// system configuration.
//
// It reads those settings and writes nothing. It asks the session bus that is there, and
// starts neither a bus nor a service on it. It starts gsettings on Linux, where there is
// a session bus, and scutil on macOS.
package system

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Answer is what a desktop says about one address. The zero value is a desktop that
// says nothing.
type Answer struct {
	Source  string   // such as "GNOME's settings"
	Proxies []string // in order, as "http://host:port", "socks://host:port" or "direct://"
	PAC     string   // address of a script that decides
	Detect  bool     // the network is to be asked where its script is (WPAD)
}

// limit is how long a desktop may take.
const limit = 3 * time.Second

// Start runs a program of the system and gives its output, for [Sources].
func Start(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...) // #nosec G204 -- the names are this package's own
	cmd.WaitDelay = time.Second
	return cmd.Output()
}

// Sources reads the desktop's settings.
type Sources struct {
	// Run starts a program of the system and gives its output; nil starts none.
	Run func(ctx context.Context, name string, args ...string) ([]byte, error)
	// Getenv is [os.Getenv], or a test's.
	Getenv func(string) string
}

// Lookup asks the desktop. What does not answer in time says nothing.
func (s Sources) Lookup(ctx context.Context, u *url.URL) Answer {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	return s.lookup(ctx, u)
}

func (s Sources) output(ctx context.Context, name string, args ...string) string {
	if s.Run == nil {
		return ""
	}
	out, err := s.Run(ctx, name, args...)
	if err != nil || len(out) > 1<<20 {
		return ""
	}
	return string(out)
}

// manual is a desktop's choice by kinds of addresses.
type manual struct {
	https, http, all, socks string // host:port, or an address; empty is none
	except                  []string
	suffixes                bool // an exception example.com is one for www.example.com too
	only                    bool // the exceptions are the only ones that go by the proxy
}

// answer gives the proxies of one address.
func (m manual) answer(source string, u *url.URL) Answer {
	out := Answer{Source: source, Proxies: []string{"direct://"}}
	if excepted(m.except, u, m.suffixes) != m.only {
		return out
	}
	switch proxy := cmp.Or(map[string]string{"https": m.https, "http": m.http}[u.Scheme], m.all); {
	case proxy != "":
		out.Proxies = []string{withScheme("http", proxy)}
	case m.socks != "":
		out.Proxies = []string{withScheme("socks", m.socks)}
	}
	return out
}

// withScheme completes host:port, and KDE's "http://host port".
func withScheme(scheme, proxy string) string {
	proxy = strings.Replace(strings.TrimSpace(proxy), " ", ":", 1)
	if strings.Contains(proxy, "://") {
		return proxy
	}
	return scheme + "://" + proxy
}
