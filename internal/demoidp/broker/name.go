package broker

import (
	"net/http"
	"strings"
	"time"
	"unicode"
)

// showName asks a new person for a name.
func (b *Broker) showName(w http.ResponseWriter, r *http.Request) {
	if v, ok := b.visit(w, r, r.URL.Query().Get("visit")); ok {
		b.askName(w, r, http.StatusOK, v, "", "")
	}
}

func (b *Broker) askName(w http.ResponseWriter, r *http.Request, status int, v *visit, name, trouble string) {
	email := b.now(v).proven
	if email == "" {
		b.site.Over(w)
		return
	}
	b.page(w, status, v, "name",
		struct{ Visit, CSRF, Email, Name, Trouble string }{v.id, b.site.Proof(r, v.id), email, name, trouble})
}

// takeName makes the account of a new person and signs them in.
func (b *Broker) takeName(w http.ResponseWriter, r *http.Request) {
	v, ok := b.posted(w, r)
	if !ok {
		return
	}
	name := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if name == "" || len([]rune(name)) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
		b.askName(w, r, http.StatusUnprocessableEntity, v, name,
			"Enter the name that others will see, up to 100 letters.")
		return
	}
	b.mu.Lock()
	email := v.proven
	v.proven = ""
	b.mu.Unlock()
	if email == "" {
		b.site.Over(w)
		return
	}
	p, err := b.welcome(name, email)
	if err != nil {
		b.conf.Log.Error("demoidp.newcomer", "err", err)
		b.mu.Lock()
		v.proven = email
		b.mu.Unlock()
		b.askName(w, r, http.StatusInternalServerError, v, name,
			"Your name could not be written to the demo’s folder. Is the disk full? Then try again.")
		return
	}
	b.arrive(w, r, v, p, time.Now(), "email")
}
