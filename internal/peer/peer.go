// Package peer says whether the program at the other end of a loopback connection runs as the same user as this one.
//
// On Linux the kernel names the user of a connection's end, by sock_diag or in its tables (/proc/net/tcp and tcp6). On
// Windows the system's table of TCP connections names the process (GetExtendedTcpTable), whose token names the user. On
// macOS and elsewhere no such table can be read by a program that is no administrator's without reading undocumented
// structures: there every peer is taken, and SECURITY.md says so.
//
// It asks the kernel, or reads those tables, and nothing else. A program of the same user is not told from
// the person's browser, and a forwarder (ssh, a proxy) answers for whoever uses it.
package peer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// Errors of [Own].
var (
	ErrOther   = errors.New("peer: another user's program")
	ErrUnknown = errors.New("peer: no table names the user of the other end")
)

// Own returns nil when the connection's other end belongs to the user of this process,
// else an error that matches [ErrOther] or [ErrUnknown]. Both addresses are as the
// net.Conn of this end has them, and the connection must still be open.
func Own(local, remote net.Addr) error {
	here, there := address(local), address(remote)
	if !here.IsValid() || !there.IsValid() {
		return fmt.Errorf("%w: not a TCP connection", ErrUnknown)
	}
	return own(here, there)
}

// address is a TCP address without what differs between an IPv4 address and the same one written in IPv6.
func address(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	return plain(tcp.AddrPort())
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
