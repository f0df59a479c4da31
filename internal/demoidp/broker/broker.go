// Package broker is the demo's identity broker: the part that Descope, or another
// hosted sign-in, plays. It is the OpenID provider that the app knows, and its page
// offers three ways in: a magic link by mail, the social service, and the company's
// own directory, found by the domain of the email address.
//
// It promises that a sign-in is bound to the browser that began it, from the first
// page to the last; that a magic link works once, expires, and does nothing until a
// person presses a button; that mail goes to the inbox page and nowhere else; that
// what the other two services say is taken over their real protocols and checked
// (state, PKCE, nonce, issuer, signature); and that nobody is sent to an address
// that the client did not register. It opens connections to the two other services
// alone, and keeps two files: the issuer's, and that of people who came new.
package broker

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"app.latchkey/internal/demoidp/cast"
	"app.latchkey/internal/demoidp/issuer"
	"app.latchkey/internal/demoidp/pages"
)

//go:embed pages
var texts embed.FS

// Peer is one of the two services that the broker is a client of.
type Peer struct {
	URL    string // its origin, which is the directory's issuer
	Client string // the broker's ID there; at the directory see DirectoryClient
	Secret string
}

// Config describes the broker.
type Config struct {
	Host              string // that it is reached at
	Client            issuer.Client
	IssuerFile        string
	PeopleFile        string // of those who came new
	Social, Directory Peer
	DirectoryClient   func(tenant string) string // the broker's ID there, one for each tenant
	Cast              *cast.Cast
	Log               *slog.Logger
}

// Broker is the service.
type Broker struct {
	conf   Config
	site   *pages.Site
	issuer *issuer.Issuer
	http   *http.Client
	plaza  oauth2.Config

	mu        sync.Mutex
	newcomers []cast.Person
	visits    map[string]*visit // by ID
	links     map[string]*link  // by hash
	mails     []mail            // the newest first
	hops      map[string]*hop   // by state
	guesses   []time.Time       // of user codes that nobody has

	discovering sync.Mutex                 // held over the network, so not mu
	parties     map[string]rp.RelyingParty // by tenant
}

// New returns the broker.
func New(c Config) (*Broker, error) {
	sub, err := fs.Sub(texts, "pages")
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	site, err := pages.New("broker", "Latchkey demo", c.Host, sub)
	if err != nil {
		return nil, fmt.Errorf("demoidp: %w", err)
	}
	b := &Broker{
		conf: c, site: site, visits: map[string]*visit{}, links: map[string]*link{}, hops: map[string]*hop{},
		parties: map[string]rp.RelyingParty{},
		http: &http.Client{
			Timeout: 10 * time.Second, Transport: &http.Transport{Proxy: nil},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	b.plaza = b.socialConfig()
	if b.newcomers, err = loadNewcomers(c.PeopleFile); err != nil {
		return nil, err
	}
	l := c.Cast.Lifetimes
	b.issuer, err = issuer.New(issuer.Config{
		Issuer: b.url(""), File: c.IssuerFile, Clients: []issuer.Client{c.Client}, Log: c.Log,
		Scopes: []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, oidc.ScopeOfflineAccess},
		Access: l.AccessToken, Refresh: l.RefreshToken, Device: l.DeviceCode, DeviceInterval: l.DeviceInterval,
		LoginPath: pathSignIn, SignOutPath: pathSignOut, DevicePath: pathDevice, Describe: b.describe,
	})
	return b, err
}

// Paths of the pages.
const (
	pathSignIn   = "/signin"
	pathSent     = "/sent"
	pathLink     = "/link"
	pathName     = "/name"
	pathInbox    = "/inbox"
	pathSocial   = "/social/callback"
	pathSSO      = "/sso/callback"
	pathDevice   = "/device"
	pathAllow    = "/device/allow"
	pathSignOut  = "/signout"
	pathPicture  = "/picture/"
	sessionName  = "_session"
	visitAge     = 15 * time.Minute
	maxRemembers = 1000 // visits, links, hops: of each
)

// Handler serves everything.
func (b *Broker) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.home)
	mux.HandleFunc("GET "+pathSignIn, b.begin)
	mux.HandleFunc("POST "+pathSignIn, b.choose)
	mux.HandleFunc("GET "+pathSent, b.showSent)
	mux.HandleFunc("GET "+pathSent+"/state", b.sentState)
	mux.HandleFunc("GET "+pathLink+"/{token}", b.showLink)
	mux.HandleFunc("POST "+pathLink, b.takeLink)
	mux.HandleFunc("GET "+pathName, b.showName)
	mux.HandleFunc("POST "+pathName, b.takeName)
	mux.HandleFunc("GET "+pathInbox, b.showInbox)
	mux.HandleFunc("GET "+pathInbox+"/{id}", b.showMail)
	mux.HandleFunc("GET "+pathSocial, b.socialCallback)
	mux.HandleFunc("GET "+pathSSO, b.ssoCallback)
	mux.HandleFunc("GET "+pathDevice, b.showDevice)
	mux.HandleFunc("POST "+pathDevice, b.takeDevice)
	mux.HandleFunc("GET "+pathAllow, b.showAllow)
	mux.HandleFunc("POST "+pathAllow, b.takeAllow)
	mux.HandleFunc("GET "+pathSignOut, b.showSignOut)
	mux.HandleFunc("POST "+pathSignOut, b.takeSignOut)
	mux.HandleFunc("GET "+pathPicture+"{name}", b.picture)
	mux.Handle("/", b.issuer)
	return b.site.Guard(mux, issuer.Endpoints()...)
}

// Close ends the connections to the other services.
func (b *Broker) Close() { b.http.CloseIdleConnections() }

// url is the address of a path here.
func (b *Broker) url(path string) string { return "http://" + b.conf.Host + path }

// home says what is here.
func (b *Broker) home(w http.ResponseWriter, _ *http.Request) {
	b.site.Render(w, http.StatusOK, "home", struct{ Issuer, Client string }{b.url(""), b.conf.Client.ID})
}

// outbound is the context of the broker's own requests.
func (b *Broker) outbound(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, b.http)
}
