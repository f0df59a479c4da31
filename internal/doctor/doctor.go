// Package doctor checks a set-up from end to end and says of each thing whether it
// holds, and what to do where it does not.
//
// It looks where a sign-in would look, with the same parts: the settings and the
// policy, the way to the provider (proxy, name, connection, certificate), what the
// provider says of itself, its keys and its clock, whether it knows the client and
// the redirect address, the ports on loopback, the browser's opener, the keychain by
// a round trip, and the vault. Following a finding's advice makes it pass.
//
// It signs nobody in, touches no session and sets nothing aside. No token, code,
// state, passphrase or client secret ever stands in a finding, so a report can be
// sent. It uses the network, listens on loopback for a moment, and reaches keychain
// and data folder through the vault alone.
package doctor

import (
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/browser"
	"app.latchkey/internal/cleantext"
	"app.latchkey/internal/datafile"
	"app.latchkey/internal/openid"
	"app.latchkey/internal/proof"
	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/settings"
	"app.latchkey/internal/vault"
)

// Status says how a check ended.
type Status string

// How a check ends.
const (
	Pass Status = "pass"
	Warn Status = "warn" // works, and should not stay so or cannot be told
	Fail Status = "fail" // a sign-in will fail of it
)

// Finding is the outcome of one check.
type Finding struct {
	ID     string `json:"id"`     // of the check; stable, such as "tls" or "port.18085"
	Code   string `json:"code"`   // of what was found; stable, such as "tls.expired"
	Status Status `json:"status"` // pass, warn or fail
	Title  string `json:"title"`  // one line
	Detail string `json:"detail,omitempty"`
	Advice string `json:"advice,omitempty"` // what to do; empty for a pass
}

// Options are what is examined.
type Options struct {
	App, Version string
	Settings     settings.Settings
	// SettingsErr is why the settings could not be loaded whole. What they are about
	// is then not asked of the provider.
	SettingsErr error
	Vault       *vault.Vault
	Browser     *browser.Opener
	// Keys makes keys for tokens as a sign-in does; nil makes none.
	Keys    keys
	Learned openid.Learned // what sign-ins before have shown of the provider
	// Explain says which way an address is reached, and Transport goes it, on connections
	// that nothing else has used. Both are of package proxy; nil knows no proxies.
	Explain   func(context.Context, string) (route.Choice, error)
	Transport http.RoundTripper
	Getenv    func(string) string
	SystemLog func() error     // why the system log cannot be reached; nil where the log is a file alone
	Now       func() time.Time // time.Now when nil
}

// keys are those of a sign-in. Hardware makes a key in this computer's hardware, forgets it, and names the hardware.
type keys interface {
	openid.Keys
	Hardware() (proof.Place, error)
}

// Doctor examines one set-up. It may be run again.
type Doctor struct{ o Options }

// New returns a doctor. It does nothing yet.
func New(o Options) *Doctor {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Explain == nil {
		o.Explain = func(context.Context, string) (route.Choice, error) { return route.Choice{}, nil }
	}
	if o.Browser == nil {
		o.Browser = &browser.Opener{}
	}
	return &Doctor{o}
}

// checkTimeout is the least that one check is given. The keychain's four calls have a
// limit each of their own, and their words.
const checkTimeout = 20 * time.Second

// Run makes every check that can be made, tells each finding as soon as it is
// there, and returns them all. tell may be nil; it is called from this goroutine.
// When ctx ends, what is left is not checked.
func (d *Doctor) Run(ctx context.Context, tell func(Finding)) Report {
	r := &round{Doctor: d, tell: tell}
	for _, check := range []func(context.Context){
		r.settings, r.policy, r.provider,
		r.reach, r.discovery, r.ways, r.algorithms, r.keys, r.clock,
		r.pkce, r.refresh, r.userinfo, r.revocation, r.logout, r.offers, r.binding,
		r.families, r.ports, r.redirects, r.client,
		r.browser, r.window, r.vault, r.folder, r.log, r.keychain,
	} {
		if ctx.Err() != nil {
			break
		}
		limited, stop := context.WithTimeout(ctx, max(checkTimeout, 5*d.o.Settings.KeychainTimeout))
		check(limited)
		stop()
	}
	return d.report(r.findings)
}

// round is one run.
type round struct {
	*Doctor
	tell     func(Finding)
	findings []Finding

	asked  *openid.Client // nil when there is no provider to ask
	meta   *openid.Metadata
	trace  trace
	way    route.Choice // of the provider's first address
	netErr error
	free   []string // redirect addresses whose port could be bound
}

func (r *round) add(f Finding) {
	f.Code = codeOf(f)
	f.Title, f.Detail, f.Advice = oneLine(f.Title), oneLine(f.Detail),
		oneLine(settings.ForReader(f.Advice, r.o.Settings.InCode()))
	r.findings = append(r.findings, f)
	if r.tell != nil {
		r.tell(f)
	}
}

func (r *round) pass(id, title, detail string) {
	r.add(Finding{ID: id, Status: Pass, Title: title, Detail: detail})
}

// warn and fail look the advice up by the title, unless it is given.
func (r *round) warn(id, title, detail string, advice ...string) {
	r.add(Finding{ID: id, Status: Warn, Title: title, Detail: detail, Advice: r.advice(title, advice)})
}

func (r *round) fail(id, title, detail string, advice ...string) {
	r.add(Finding{ID: id, Status: Fail, Title: title, Detail: detail, Advice: r.advice(title, advice)})
}

// adviceFile says by the title of a finding what to do about it. In it {where} becomes the
// setting that says where the provider is, {host} the provider's host and {folder} the
// data folder; [settings.ForReader] completes the rest.
//
//go:embed advice.json
var adviceFile []byte

var advices = datafile.JSON[map[string]string](adviceFile)

func (r *round) advice(title string, given []string) string {
	if len(given) > 0 {
		return given[0]
	}
	return strings.NewReplacer("{where}", r.where(), "{host}", hostOf(r.address()),
		"{folder}", r.home(r.o.Settings.DataDir)).Replace(advices()[title])
}

// passed reports whether a check of that name passed in this run.
func (r *round) passed(id string) bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return f.ID == id && f.Status == Pass })
}

// failed reports whether a check of that name failed in this run.
func (r *round) failed(id string) bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return f.ID == id && f.Status == Fail })
}

// p are the settings' words on the provider.
func (r *round) p() provider.Provider { return r.o.Settings.Provider }

// maxLine is the longest text of a finding, in characters.
const maxLine = 4000

// oneLine makes a stranger's text fit to be shown, on one line.
func oneLine(s string) string { return cleantext.Line(s, maxLine) }

// hostOf is an address's host, for words.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}
