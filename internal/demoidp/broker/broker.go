// Package broker is the demo's identity broker, the part that Descope or another hosted sign-in plays. It is the OpenID
// provider that the app knows, and its page offers three ways to sign in: a magic link by mail, the social service, and
// the company's own directory, which is found by the domain of the email address.
//
// It promises that a sign-in belongs to the browser that began it, from the first page to the last; that a magic link
// works once, expires, and does nothing until the person presses a button; that mail goes to the inbox page and nowhere
// else; that the answers of the two other services come by their real protocols and are checked (state, PKCE, nonce,
// issuer, signature); and that the browser is sent to no address that the client did not register. The package opens
// connections to the two other services alone, and keeps two files: the issuer's, and that of the people who were new.
package broker

import (
	"context"
	"embed"
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
	URL    string // its origin; at the directory also its issuer
	Client string // the broker's client ID there; at the directory see DirectoryClient
	Secret string
}

// Config describes the broker.
type Config struct {
	Host              string // where it is reached
	Client            issuer.Client
	IssuerFile        string
	PeopleFile        string // of the people who were new
	Social, Directory Peer
	DirectoryClient   func(tenant string) string // the broker's client ID there, one for each tenant
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
	guesses   []time.Time       // when user codes were tried that no device has

	discovering sync.Mutex                 // held while the network is used; mu is not
	parties     map[string]rp.RelyingParty // by tenant
}

// New returns the broker.
func New(c Config) (*Broker, error) {
	site := pages.New("broker", "Latchkey demo", c.Host, texts)
	b := &Broker{
		conf: c, site: site, visits: map[string]*visit{}, links: map[string]*link{}, hops: map[string]*hop{},
		parties: map[string]rp.RelyingParty{},
		http: &http.Client{
			Timeout: 10 * time.Second, Transport: &http.Transport{Proxy: nil},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	b.plaza = oauth2.Config{
		ClientID: c.Social.Client, ClientSecret: c.Social.Secret, RedirectURL: b.url(pathSocial),
		Endpoint: oauth2.Endpoint{
			AuthURL: c.Social.URL + "/authorize", TokenURL: c.Social.URL + "/token",
			AuthStyle: oauth2.AuthStyleInHeader,
		},
	}
	var err error
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
	maxRemembers = 1000 // so many visits, as many links, as many hops
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

// home tells what the broker is.
func (b *Broker) home(w http.ResponseWriter, _ *http.Request) {
	b.site.Render(w, http.StatusOK, "home", struct{ Issuer, Client string }{b.url(""), b.conf.Client.ID})
}

// outbound returns the context of the broker's own requests.
func (b *Broker) outbound(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, b.http)
}
