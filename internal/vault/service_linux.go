package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName  = "org.freedesktop.secrets"
	secretsPath  = dbus.ObjectPath("/org/freedesktop/secrets")
	serviceIface = "org.freedesktop.Secret.Service"
	collectIface = "org.freedesktop.Secret.Collection"
	itemIface    = "org.freedesktop.Secret.Item"
	promptIface  = "org.freedesktop.Secret.Prompt"
	isLocked     = "org.freedesktop.Secret.Error.IsLocked"
	noObject     = dbus.ObjectPath("/")
)

// service is the Secret Service of the session (freedesktop.org, Secret Service API 0.2). New items go into the
// collection whose alias is "default": GNOME calls it login, KDE kdewallet, KeePassXC what the person chose. An item
// is used wherever it is. No collection is ever created. What is locked is asked to open, which it does without a
// question where its password is empty or was given at sign-in to the desktop; nothing here waits for a person but
// [service.answer].
type service struct {
	conn       *dbus.Conn
	collection dbus.ObjectPath // behind the alias; noObject when there is none
	opening    *dbus.Call      // of the session that secrets are sent in; nil before beginSession
}

// openService connects. The caller closes the service. What is asked first, and waited for, is the alias:
// gnome-keyring may answer the first message of a connection before it has taken note of who sent it; it survives
// that with this call, and dies of it with OpenSession or a question for a property (its work items 196 and 199).
func openService(ctx context.Context) (*service, error) {
	conn, err := sessionBus(ctx)
	if err != nil {
		return nil, err
	}
	s := &service{conn: conn}
	err = s.readAlias(ctx)
	if absent(err) {
		if err = start(ctx, conn); err == nil {
			err = s.readAlias(ctx)
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *service) close() { _ = s.conn.Close() }

func (s *service) readAlias(ctx context.Context) error {
	return s.ask(ctx, secretsPath, serviceIface+".ReadAlias", "default").Store(&s.collection)
}

// ask calls a method and waits. It starts no service.
func (s *service) ask(ctx context.Context, object dbus.ObjectPath, method string, args ...any) *dbus.Call {
	return s.conn.Object(secretsName, object).CallWithContext(ctx, method, dbus.FlagNoAutoStart, args...)
}

// find returns the item of a name, opened if need be. Errors: ErrKeyLost,
// ErrKeychainLocked when a person must be asked first, ErrNoCollection, or the bus's.
func (s *service) find(ctx context.Context, name string) (dbus.ObjectPath, error) {
	open, locked, err := s.search(ctx, name)
	if err != nil || open != noObject {
		return open, err
	}
	if locked == noObject {
		// A closed wallet does not tell what is in it.
		if locked, err = s.closed(ctx); err != nil {
			return noObject, err
		}
	}
	if locked == noObject {
		return noObject, ErrKeyLost
	}
	prompt, err := s.unlock(ctx, locked)
	if err != nil {
		return noObject, err
	}
	if prompt != noObject {
		return noObject, ErrKeychainLocked
	}
	if open, _, err = s.search(ctx, name); err == nil && open == noObject {
		err = ErrKeyLost
	}
	return open, err
}

// search returns an open and a locked item of a name: those of the default collection before any other.
func (s *service) search(ctx context.Context, name string) (open, locked dbus.ObjectPath, err error) {
	var allOpen, allLocked []dbus.ObjectPath
	if err := s.ask(ctx, secretsPath, serviceIface+".SearchItems", map[string]string{"profile": name}).Store(&allOpen,
		&allLocked); err != nil {
		return noObject, noObject, err
	}
	open, locked = s.best(allOpen), s.best(allLocked)
	if locked != noObject && s.ours(locked) && !s.ours(open) {
		open = noObject // the locked one is the one to use
	}
	return open, locked, nil
}

// best is the item of the default collection, else any.
func (s *service) best(items []dbus.ObjectPath) dbus.ObjectPath {
	if i := slices.IndexFunc(items, s.ours); i >= 0 {
		return items[i]
	}
	if len(items) > 0 {
		return items[0]
	}
	return noObject
}

// ours reports whether an item is in the default collection.
func (s *service) ours(item dbus.ObjectPath) bool {
	return s.collection != noObject && strings.HasPrefix(string(item), string(s.collection)+"/")
}

// closed returns the default collection when it is locked, and noObject otherwise.
func (s *service) closed(ctx context.Context) (dbus.ObjectPath, error) {
	if s.collection == noObject {
		return noObject, ErrNoCollection
	}
	var v dbus.Variant
	if err := s.ask(ctx, s.collection, "org.freedesktop.DBus.Properties.Get", collectIface,
		"Locked").Store(&v); err != nil {
		return noObject, err
	}
	if locked, _ := v.Value().(bool); locked {
		return s.collection, nil
	}
	return noObject, nil
}

// lockedPlace returns what has to be unlocked for an item: where it is, else the default collection.
func (s *service) lockedPlace(ctx context.Context, name string) (dbus.ObjectPath, error) {
	_, locked, err := s.search(ctx, name)
	if err != nil || locked != noObject {
		return locked, err
	}
	if s.collection == noObject {
		return noObject, ErrNoCollection
	}
	return s.collection, nil
}

// unlock asks the service to open a collection or an item. The prompt is noObject when
// that needs no person; it is not shown.
func (s *service) unlock(ctx context.Context, object dbus.ObjectPath) (prompt dbus.ObjectPath, err error) {
	var unlocked []dbus.ObjectPath
	err = s.ask(ctx, secretsPath, serviceIface+".Unlock", []dbus.ObjectPath{object}).Store(&unlocked, &prompt)
	return prompt, err
}

// sentSecret is a secret as the Secret Service sends it. The session is "plain": the bus is the person's own.
type sentSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// beginSession asks for the session that secrets are sent in, and does not wait: the item is found meanwhile.
func (s *service) beginSession(ctx context.Context) {
	if s.opening != nil {
		return
	}
	s.opening = s.conn.Object(secretsName, secretsPath).GoWithContext(ctx, serviceIface+".OpenSession",
		dbus.FlagNoAutoStart, make(chan *dbus.Call, 1), "plain", dbus.MakeVariant(""))
}

// session waits for the session that was begun.
func (s *service) session(ctx context.Context) (session dbus.ObjectPath, err error) {
	select {
	case <-s.opening.Done:
	case <-ctx.Done():
		return noObject, context.Cause(ctx)
	}
	var output dbus.Variant
	err = s.opening.Store(&output, &session)
	return session, err
}

// secret returns what an item holds.
func (s *service) secret(ctx context.Context, item dbus.ObjectPath) ([]byte, error) {
	session, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	var secret sentSecret
	err = s.ask(ctx, item, itemIface+".GetSecret", session).Store(&secret)
	return secret.Value, lockedSince(err)
}

// replace makes data what an item holds.
func (s *service) replace(ctx context.Context, item dbus.ObjectPath, data []byte) error {
	session, err := s.session(ctx)
	if err != nil {
		return err
	}
	return lockedSince(s.ask(ctx, item, itemIface+".SetSecret",
		sentSecret{session, []byte{}, data, "application/json"}).Err)
}

// create makes an item in the default collection.
func (s *service) create(ctx context.Context, name string, data []byte) error {
	if s.collection == noObject {
		return ErrNoCollection
	}
	session, err := s.session(ctx)
	if err != nil {
		return err
	}
	properties := map[string]dbus.Variant{
		itemIface + ".Label":      dbus.MakeVariant(name),
		itemIface + ".Attributes": dbus.MakeVariant(map[string]string{"profile": name}),
	}
	var item, prompt dbus.ObjectPath
	call := s.ask(ctx, s.collection, collectIface+".CreateItem", properties,
		sentSecret{session, []byte{}, data, "application/json"}, true)
	if err := lockedSince(call.Store(&item, &prompt)); err != nil {
		return err
	}
	if prompt != noObject {
		return fmt.Errorf("%w: it asks before it takes an item", ErrKeychainLocked)
	}
	return nil
}

// remove deletes an item.
func (s *service) remove(ctx context.Context, item dbus.ObjectPath) error {
	var prompt dbus.ObjectPath
	return lockedSince(s.ask(ctx, item, itemIface+".Delete").Store(&prompt))
}

// lockedSince gives the service's own word for it the error of a locked keychain.
func lockedSince(err error) error {
	if named(err, isLocked) {
		return ErrKeychainLocked
	}
	return err
}
