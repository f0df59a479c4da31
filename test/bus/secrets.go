//go:build linux

package bus

import (
	"path"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Lock says how the default collection of [Secrets] begins.
type Lock int

// Locks of a collection.
const (
	Open  Lock = iota
	Quiet      // it opens without a question, as a KWallet that PAM has unlocked
	Asks       // it opens when a person answers
	Never      // the person dismisses the question
)

// Secrets is a Secret Service that behaves as those of other desktops: the default collection has any name, or there is
// none, and a locked collection does not list its items.
type Secrets struct {
	mu      sync.Mutex
	conn    *dbus.Conn
	alias   dbus.ObjectPath
	lock    Lock
	items   map[dbus.ObjectPath]secretItem
	n       int
	prompts int
	made    int
}

type secretItem struct {
	attributes map[string]string
	value      []byte
}

type sentSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

const (
	root       = dbus.ObjectPath("/org/freedesktop/secrets")
	collection = root + "/collection/"
	promptPath = root + "/prompt/p1"
	promptFace = "org.freedesktop.Secret.Prompt"
)

// Secrets starts the service on the bus; it ends with the test. name is that of the
// default collection, empty for none.
func (b *Bus) Secrets(t *testing.T, name string, lock Lock) *Secrets {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := &Secrets{conn: conn, alias: "/", lock: lock, items: map[dbus.ObjectPath]secretItem{}}
	if name != "" {
		s.alias = collection + dbus.ObjectPath(name)
	}
	for face, object := range map[string]any{
		"org.freedesktop.Secret.Service":    &service{s},
		"org.freedesktop.Secret.Collection": &folder{s},
		"org.freedesktop.Secret.Item":       &item{s},
		"org.freedesktop.DBus.Properties":   &properties{s},
		promptFace:                          &prompt{s},
	} {
		if err := conn.ExportSubtree(object, root, face); err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := conn.RequestName(secrets, dbus.NameFlagDoNotQueue); err != nil ||
		reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name is taken: %v %v", reply, err)
	}
	return s
}

// Relock locks the default collection.
func (s *Secrets) Relock(lock Lock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lock = lock
}

// Rename gives the name of the default collection to a new one. The items stay in the old collection, which is
// unlocked.
func (s *Secrets) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alias = collection + dbus.ObjectPath(name)
}

// Items are the items' collections, how often a person was asked, and how many
// collections were created.
func (s *Secrets) Items() (in []string, prompts, made int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.items {
		in = append(in, path.Base(path.Dir(string(at))))
	}
	return in, s.prompts, s.made
}

// hidden reports whether an object is of the locked collection; s.mu is held.
func (s *Secrets) hidden(at dbus.ObjectPath) bool {
	return s.lock != Open && dbus.ObjectPath(path.Dir(string(at))) == s.alias
}

type service struct{ *Secrets }

// ReadAlias implements the Secret Service.
func (s *service) ReadAlias(name string) (dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name != "default" {
		return "/", nil
	}
	return s.alias, nil
}

// OpenSession implements the Secret Service.
func (s *service) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	return dbus.MakeVariant(""), root + "/session/s1", nil
}

// SearchItems implements the Secret Service.
func (s *service) SearchItems(attributes map[string]string) (open, locked []dbus.ObjectPath, _ *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, locked = []dbus.ObjectPath{}, []dbus.ObjectPath{}
	for at, i := range s.items {
		if i.attributes["profile"] == attributes["profile"] && !s.hidden(at) {
			open = append(open, at)
		}
	}
	return open, locked, nil
}

// Unlock implements the Secret Service.
func (s *service) Unlock(objects []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == Asks || s.lock == Never {
		return []dbus.ObjectPath{}, promptPath, nil
	}
	s.lock = Open
	return objects, "/", nil
}

// CreateCollection implements the Secret Service, and is never to be called.
func (s *service) CreateCollection(map[string]dbus.Variant, string) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	s.alias = collection + "made"
	return s.alias, "/", nil
}

type folder struct{ *Secrets }

// CreateItem implements the Secret Service.
func (s *folder) CreateItem(msg dbus.Message, properties map[string]dbus.Variant, secret sentSecret,
	_ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	attributes, _ := properties["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string)
	s.n++
	made := at + dbus.ObjectPath("/i"+string(rune('a'+s.n%26)))
	s.items[made] = secretItem{attributes, secret.Value}
	return made, "/", nil
}

type item struct{ *Secrets }

// GetSecret implements the Secret Service.
func (s *item) GetSecret(msg dbus.Message, session dbus.ObjectPath) (sentSecret, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	if s.hidden(at) {
		return sentSecret{}, dbus.NewError("org.freedesktop.Secret.Error.IsLocked", nil)
	}
	return sentSecret{session, []byte{}, s.items[at].value, "application/json"}, nil
}

// SetSecret implements the Secret Service.
func (s *item) SetSecret(msg dbus.Message, secret sentSecret) *dbus.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	s.items[at] = secretItem{s.items[at].attributes, secret.Value}
	return nil
}

// Delete implements the Secret Service.
func (s *item) Delete(msg dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	delete(s.items, at)
	return "/", nil
}

type properties struct{ *Secrets }

// Get tells whether a collection is locked.
func (s *properties) Get(msg dbus.Message, _, _ string) (dbus.Variant, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	return dbus.MakeVariant(at == s.alias && s.lock != Open), nil
}

type prompt struct{ *Secrets }

// Prompt asks the person, who answers at once.
func (s *prompt) Prompt(string) *dbus.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompts++
	dismissed := s.lock == Never
	if !dismissed {
		s.lock = Open
	}
	_ = s.conn.Emit(promptPath, promptFace+".Completed", dismissed, dbus.MakeVariant(""))
	return nil
}
