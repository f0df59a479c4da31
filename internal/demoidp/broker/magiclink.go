package broker

import (
	"crypto/rand"
	"maps"
	"net/http"
	"time"

	"app.latchkey/internal/demoidp/pages"
)

// link is a magic link that was mailed. Only the hash of its token is kept; the token itself stands in the mail.
type link struct {
	visit    *visit
	email    string
	until    time.Time
	used     bool
	replaced bool // by a newer one for the same visit
}

// send mails a link and shows that it was sent.
func (b *Broker) send(w http.ResponseWriter, r *http.Request, v *visit, email string) {
	token, now := rand.Text()+rand.Text(), time.Now()
	lives := b.conf.Cast.Lifetimes.MagicLink
	l := &link{visit: v, email: email, until: now.Add(lives)}
	b.mu.Lock()
	maps.DeleteFunc(b.links, func(_ string, old *link) bool {
		return now.Sub(old.until) > visitAge || len(b.links) >= maxRemembers
	})
	if v.link != nil {
		v.link.replaced = true
	}
	v.link = l
	b.links[pages.Hash(token)] = l
	b.post(mail{To: email, Sent: now, Link: b.url(pathLink + "/" + token), Lives: span(lives)})
	b.mu.Unlock()
	goTo(w, r, pathSent, v)
}

// linkTrouble is why a link cannot be used.
type linkTrouble struct{ Title, Text string }

// look finds a link and tells why this browser cannot use it, if so. It changes nothing, because programs that scan
// mail open links too.
func (b *Broker) look(r *http.Request, token string) (*link, int, *linkTrouble) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.links[pages.Hash(token)]
	switch {
	case !ok:
		return nil, http.StatusNotFound,
			&linkTrouble{
				"This link is not known", "It may have been cut short on the way, or the demo was restarted. Go " +
					"back to the app and begin again there.",
			}
	case l.visit.browser != b.site.KnownBrowser(r):
		return nil, http.StatusForbidden,
			&linkTrouble{
				"This is not the browser where you began", "Open the link on the computer and in the browser where " +
					"the sign-in page is. This way nobody can use a link that they tricked you into asking for.",
			}
	case l.used:
		return nil, http.StatusGone,
			&linkTrouble{
				"This link was used already", "It works once. If you need another, go back to the app and begin " +
					"again there.",
			}
	case l.replaced:
		return nil, http.StatusGone,
			&linkTrouble{
				"There is a newer link", "You asked for another one after this. Use the link in the newest mail.",
			}
	case time.Now().After(l.until):
		return nil, http.StatusGone,
			&linkTrouble{"This link has expired", "Go back to the tab where you began: it can send you another."}
	case l.visit.outcome != open:
		return nil, http.StatusGone, &linkTrouble{"This sign-in is over", "Go back to the app and begin again there."}
	}
	return l, http.StatusOK, nil
}

// showLink asks the person to confirm. Opening the link signs nobody in.
func (b *Broker) showLink(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	l, status, trouble := b.look(r, token)
	if trouble != nil {
		b.site.Render(w, status, "link-trouble", trouble)
		return
	}
	b.page(w, http.StatusOK, l.visit, "link",
		struct{ Token, CSRF, Email string }{token, b.site.Proof(r, pages.Hash(token)), l.email})
}

// takeLink uses the link up.
func (b *Broker) takeLink(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	l, status, trouble := b.look(r, token)
	if trouble != nil {
		b.site.Render(w, status, "link-trouble", trouble)
		return
	}
	if !b.site.Proven(r, pages.Hash(token)) {
		b.site.Wrong(w)
		return
	}
	b.mu.Lock()
	again := l.used // another tab may have used the link since look
	l.used = true
	b.mu.Unlock()
	if again {
		b.site.Over(w)
		return
	}
	if p, ok := b.byEmail(l.email); ok {
		b.arrive(w, r, l.visit, p, time.Now(), "email")
		return
	}
	b.mu.Lock()
	l.visit.proven = l.email
	b.mu.Unlock()
	goTo(w, r, pathName, l.visit)
}
