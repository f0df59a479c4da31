package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Sizes of linux/netlink.h and linux/inet_diag.h in bytes, and where the members are that are used. Numbers are in the
// machine's order, ports and addresses in the network's.
const (
	headSize  = 16 // nlmsghdr: length 0, type 4, flags 6, sequence 8, port 12
	askSize   = 56 // inet_diag_req_v2: family 0, protocol 1, states 4, the connection 8
	tellSize  = 72 // inet_diag_msg: family 0, state 1, the connection 4, user 64, inode 68
	anyCookie = ^uint64(0)
)

// ask asks the kernel for one socket by its two addresses (sock_diag(7)), which takes the same time however many
// connections there are. Only an answer that names exactly these addresses and a program counts: the kernel tells of a
// listener where it knows no connection, and of a socket that no program holds any longer as inode 0 and user 0.
func ask(local, remote netip.AddrPort) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return 0, fmt.Errorf("%w: sock_diag: %w", ErrUnknown, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.Sendto(fd, question(local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, fmt.Errorf("%w: sock_diag: %w", ErrUnknown, err)
	}
	buf := make([]byte, 4<<10)
	n, from, err := unix.Recvfrom(fd, buf, unix.MSG_DONTWAIT) // the kernel has answered within the call before
	if err != nil {
		return 0, fmt.Errorf("%w: sock_diag: %w", ErrUnknown, err)
	}
	if sender, ok := from.(*unix.SockaddrNetlink); !ok || sender.Pid != 0 {
		return 0, fmt.Errorf("%w: sock_diag: an answer that is not the kernel's", ErrUnknown)
	}
	return answer(buf[:n], local, remote)
}

// question is the message that asks for one connection.
func question(local, remote netip.AddrPort) []byte {
	out := binary.NativeEndian.AppendUint32(make([]byte, 0, headSize+askSize), headSize+askSize)
	out = binary.NativeEndian.AppendUint16(out, unix.SOCK_DIAG_BY_FAMILY)
	out = binary.NativeEndian.AppendUint16(out, unix.NLM_F_REQUEST)
	out = append(out, make([]byte, 8)...) // one question, so no number; the kernel knows the port
	family := byte(unix.AF_INET6)
	if local.Addr().Is4() {
		family = unix.AF_INET
	}
	out = append(out, family, unix.IPPROTO_TCP, 0, 0)
	out = binary.NativeEndian.AppendUint32(out, ^uint32(0)) // of any state
	out = binary.BigEndian.AppendUint16(out, local.Port())
	out = binary.BigEndian.AppendUint16(out, remote.Port())
	for _, end := range []netip.AddrPort{local, remote} {
		var ip [16]byte
		copy(ip[:], end.Addr().AsSlice())
		out = append(out, ip[:]...)
	}
	out = binary.NativeEndian.AppendUint32(out, 0) // of any interface
	return binary.NativeEndian.AppendUint64(out, anyCookie)
}

// answer reads the user out of the kernel's message.
func answer(msg []byte, local, remote netip.AddrPort) (int, error) {
	if len(msg) < headSize+tellSize || binary.NativeEndian.Uint16(msg[4:]) != unix.SOCK_DIAG_BY_FAMILY {
		return 0, ErrUnknown // an error, mostly: there is no such connection
	}
	msg = msg[headSize:]
	size := 16
	if msg[0] == unix.AF_INET {
		size = 4
	}
	told := func(port, ip []byte) netip.AddrPort {
		addr, _ := netip.AddrFromSlice(ip[:size])
		return plain(netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port)))
	}
	if told(msg[4:], msg[8:]) != local || told(msg[6:], msg[24:]) != remote {
		return 0, ErrUnknown
	}
	if binary.NativeEndian.Uint32(msg[68:]) == 0 {
		return 0, errClosed
	}
	return int(binary.NativeEndian.Uint32(msg[64:])), nil
}
