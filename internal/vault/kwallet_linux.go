package vault

import (
	"context"
	"slices"

	"github.com/godbus/dbus/v5"
)

// notLet says whether KWallet has no wallet open for this application. The library goes on with the handle -1 when the
// person closes KWallet's question, and then finds no key: without this answer a refusal would look like a lost key.
func (r ring) notLet(ctx context.Context) bool {
	ctx, stop := context.WithTimeoutCause(ctx, r.conf.Timeout, ErrKeychainTimeout)
	defer stop()
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	var users []string
	err = conn.Object("org.kde.kwalletd5", "/modules/kwalletd5").
		CallWithContext(ctx, "org.kde.KWallet.users", dbus.FlagNoAutoStart, r.conf.Service).Store(&users)
	return err == nil && !slices.Contains(users, r.conf.Service)
}
