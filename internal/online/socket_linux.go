package online

import (
	"errors"

	"golang.org/x/sys/unix"
)

// open opens a netlink socket that is told of addresses and routes (rtnetlink(7)).
func open() (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, err
	}
	groups := uint32(
		unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV6_ROUTE)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// lost reports whether the system had more to tell than fitted.
func lost(err error) bool { return errors.Is(err, unix.ENOBUFS) }
