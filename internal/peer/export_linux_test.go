package peer

import (
	"net"
	"net/netip"
)

// Asked and Searched are [Own] by one way alone.
var (
	Asked    = by(ask)
	Searched = by(search)
)

func by(way func(local, remote netip.AddrPort) (int, error)) func(local, remote net.Addr) error {
	return func(local, remote net.Addr) error { return judge(way(address(remote), address(local))) }
}
