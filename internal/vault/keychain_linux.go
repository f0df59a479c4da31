package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus/v5"
)

// itemOf tells the items of several data folders apart: a person may have several homes
// on one keychain, and each vault passes from key to key by itself. What stands in a
// file's header goes on to name its item when the folder is moved.
func itemOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:6])
}

// onService runs f with the Secret Service, off the caller's path.
func (r ring) onService(ctx context.Context, f func(*service) error) error {
	ctx, stop := context.WithTimeoutCause(ctx, r.conf.Timeout, ErrKeychainTimeout)
	defer stop()
	err := r.limited(ctx, func() error {
		s := r.conf.Early.take(ctx)
		if s == nil {
			var err error
			if s, err = openService(ctx); err != nil {
				return err
			}
		}
		defer s.close()
		return f(s)
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// data reads the item.
func (r ring) data(ctx context.Context) ([]byte, error) {
	if r.backend() != keyring.SecretServiceBackend {
		data, err := r.library(ctx)
		if errors.Is(err, ErrKeyLost) && r.backend() == keyring.KWalletBackend && r.notLet(ctx) {
			return nil, ErrKeychainDismissed
		}
		return data, err
	}
	var item keyring.Item
	err := r.onService(ctx, func(s *service) error {
		s.beginSession(ctx)
		path, err := s.find(ctx, r.item)
		if err != nil {
			return err
		}
		data, err := s.secret(ctx, path)
		if err == nil && json.Unmarshal(data, &item) != nil {
			err = fmt.Errorf("%w: its item is not one of ours", ErrKeychain)
		}
		return err
	})
	if err != nil {
		return nil, err // item may still be written to
	}
	return item.Data, nil
}

// set stores the item, in the keychain library's own form: where it is already, else in the default collection.
func (r ring) set(ctx context.Context, item keyring.Item) error {
	if r.backend() != keyring.SecretServiceBackend {
		return r.librarySet(ctx, item)
	}
	data, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	return r.onService(ctx, func(s *service) error {
		s.beginSession(ctx)
		path, err := s.find(ctx, r.item)
		if errors.Is(err, ErrKeyLost) {
			return s.create(ctx, r.item, data)
		}
		if err != nil {
			return err
		}
		return s.replace(ctx, path, data)
	})
}

// drop removes the item.
func (r ring) drop(ctx context.Context) error {
	if r.backend() != keyring.SecretServiceBackend {
		return r.libraryDrop(ctx)
	}
	return r.onService(ctx, func(s *service) error {
		path, err := s.find(ctx, r.item)
		if errors.Is(err, ErrKeyLost) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.remove(ctx, path)
	})
}

// unlockTimeout limits the wait for a person who is asked for their password.
const unlockTimeout = 2 * time.Minute

// unlock lets the Secret Service ask the person, and waits for the answer. Errors:
// ErrKeychainDismissed, ErrKeychainTimeout and those of openService.
func (r ring) unlock(ctx context.Context) error {
	if r.backend() != keyring.SecretServiceBackend {
		return nil
	}
	ctx, stop := context.WithTimeoutCause(ctx, unlockTimeout, ErrKeychainTimeout)
	defer stop()
	s, err := openService(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	where, err := s.lockedPlace(ctx, r.item)
	if err != nil {
		return err
	}
	prompt, err := s.unlock(ctx, where)
	if err != nil || prompt == noObject {
		return err
	}
	return s.answer(ctx, prompt)
}

// answer shows the prompt and waits for its end. A prompt that is open when ctx ends is left to the person, who may
// still answer it: gnome-keyring 42 does not survive the dismissal of an open one.
func (s *service) answer(ctx context.Context, prompt dbus.ObjectPath) error {
	signals := make(chan *dbus.Signal, 4)
	s.conn.Signal(signals)
	match := []dbus.MatchOption{dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(promptIface)}
	if err := s.conn.AddMatchSignalContext(ctx, match...); err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	if err := s.conn.Object(secretsName, prompt).CallWithContext(ctx, promptIface+".Prompt", 0, "").Err; err != nil {
		return fmt.Errorf("%w: %w", ErrKeychain, err)
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case signal, ok := <-signals:
			if !ok {
				return ErrKeychainAbsent
			}
			if signal.Name != promptIface+".Completed" || signal.Path != prompt || len(signal.Body) == 0 {
				continue
			}
			if dismissed, _ := signal.Body[0].(bool); dismissed {
				return ErrKeychainDismissed
			}
			return nil
		}
	}
}
