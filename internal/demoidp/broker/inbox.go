package broker

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"app.latchkey/internal/demoidp/cast"
)

// mail is a message. It goes to the inbox page and nowhere else.
type mail struct {
	ID    string
	To    string
	Sent  time.Time
	Link  string
	Lives string // how long the link works, in words
}

// maxMails is how many mails the inbox keeps.
const maxMails = 50

// post puts a mail into the inbox; b.mu is held.
func (b *Broker) post(m mail) {
	m.ID = rand.Text()
	b.mails = slices.Insert(b.mails, 0, m)
	b.mails = b.mails[:min(len(b.mails), maxMails)]
}

// showInbox lists the mail to one address, or all mail.
func (b *Broker) showInbox(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	b.mu.Lock()
	mails := slices.Clone(b.mails)
	b.mu.Unlock()
	if to != "" {
		mails = slices.DeleteFunc(mails, func(m mail) bool { return !strings.EqualFold(m.To, to) })
	}
	b.site.Render(w, http.StatusOK, "inbox", struct {
		To    string
		Mails []mail
	}{to, mails})
}

// showMail shows a mail as a person would see it.
func (b *Broker) showMail(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	m, ok := cast.Find(b.mails, func(m mail) bool { return m.ID == r.PathValue("id") })
	b.mu.Unlock()
	if !ok {
		b.site.Render(w, http.StatusNotFound, "link-trouble",
			linkTrouble{"This mail is not there", "The inbox is empty again when the demo ends."})
		return
	}
	b.site.Render(w, http.StatusOK, "mail", m)
}
