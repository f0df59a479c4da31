// Package kerberos proves to a proxy who the person is, by the ticket that the system
// got when the person signed in to it (RFC 4178, RFC 4559).
//
// It reads the credential cache and krb5.conf, asks the realm's server for a ticket of
// the proxy, and writes nothing. It knows caches in files alone: those in the kernel's
// keyring, in KCM and in Windows belong to libraries that it does not have.
package kerberos

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/spnego"
)

// ErrTicket means that there is no ticket to be had.
var ErrTicket = errors.New("kerberos: no ticket")

// Token returns the one message for the service HTTP of a host. getenv names the cache
// (KRB5CCNAME) and the configuration (KRB5_CONFIG). It may take the realm's server some
// seconds, and heeds no context.
func Token(getenv func(string) string, host string) (token []byte, err error) {
	defer func() {
		if r := recover(); r != nil { // of a cache that is damaged
			token, err = nil, fmt.Errorf("%w: the credential cache is damaged", ErrTicket)
		}
	}()
	path, err := cachePath(getenv("KRB5CCNAME"))
	if err != nil {
		return nil, err
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no credential cache that can be read (klist shows it): %w", ErrTicket, err)
	}
	file := cmp.Or(getenv("KRB5_CONFIG"), "/etc/krb5.conf")
	conf, err := config.Load(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be used: %w", ErrTicket, file, err)
	}
	c, err := client.NewFromCCache(cache, conf, client.DisablePAFXFAST(true))
	if err != nil {
		return nil, fmt.Errorf("%w: the credential cache holds no ticket that is still good (kinit gets one): %w",
			ErrTicket, err)
	}
	defer c.Destroy()
	first, err := spnego.SPNEGOClient(c, "HTTP/"+host).InitSecContext()
	if err != nil {
		return nil, fmt.Errorf("%w: for HTTP/%s: %w", ErrTicket, host, err)
	}
	return first.Marshal()
}

// cachePath reads KRB5CCNAME as MIT Kerberos does.
func cachePath(name string) (string, error) {
	kind, path, found := strings.Cut(name, ":")
	switch {
	case name == "":
		return fmt.Sprintf("/tmp/krb5cc_%d", os.Getuid()), nil
	case !found:
		return name, nil
	case kind == "FILE":
		return path, nil
	}
	return "", fmt.Errorf("%w: a credential cache of the kind %s cannot be read here; FILE: can", ErrTicket, kind)
}
