package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

var getExtendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

const ownerConnections = 4 // TCP_TABLE_OWNER_PID_CONNECTIONS

// own finds the process of the other end, and compares the user of its token.
func own(here, there netip.AddrPort) error {
	pid, err := process(there, here)
	if err != nil {
		return err
	}
	theirs, err := userOf(pid)
	if err != nil {
		// A process of another user cannot be opened without an administrator's rights.
		return fmt.Errorf("%w: process %d: %w", ErrOther, pid, err)
	}
	ours, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if !theirs.Equals(ours.User.Sid) {
		return fmt.Errorf("%w: process %d", ErrOther, pid)
	}
	return nil
}

// process finds the process that holds the socket with these two addresses.
func process(local, remote netip.AddrPort) (uint32, error) {
	// A MIB_TCPROW_OWNER_PID is state, local address, local port, remote address, remote port, process, 4 bytes each;
	// a MIB_TCP6ROW_OWNER_PID is local address (16), scope, port, remote address (16), scope, port, state, process.
	// Ports are in the network's order within their first two bytes.
	family, row, at, size := windows.AF_INET, 24, [5]int{4, 8, 12, 16, 20}, 4
	if !local.Addr().Is4() {
		family, row, at, size = windows.AF_INET6, 56, [5]int{0, 20, 24, 44, 52}, 16
	}
	table, err := connections(uintptr(family), row)
	if err != nil {
		return 0, err
	}
	for ; len(table) >= row; table = table[row:] {
		if end(table[at[0]:], table[at[1]:], size) == local && end(table[at[2]:], table[at[3]:], size) == remote {
			return binary.LittleEndian.Uint32(table[at[4]:]), nil
		}
	}
	return 0, ErrUnknown
}

func end(addr, port []byte, size int) netip.AddrPort {
	ip, _ := netip.AddrFromSlice(addr[:size])
	return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(port))
}

// connections returns the rows of the system's table of a family, each of so many bytes. The table grows while it is
// read.
func connections(family uintptr, row int) ([]byte, error) {
	size := uint32(16 << 10)
	for range 10 {
		buf := make([]byte, size)
		// #nosec G103 -- the system writes size bytes
		code, _, _ := getExtendedTCPTable.Call(uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&size)), 0,
			family, ownerConnections, 0)
		switch windows.Errno(code) {
		case 0:
			rows := min(int(binary.LittleEndian.Uint32(buf))*row, len(buf)-4)
			return buf[4 : 4+rows], nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
			size += 4 << 10
		default:
			return nil, fmt.Errorf("%w: GetExtendedTcpTable: %w", ErrUnknown, windows.Errno(code))
		}
	}
	return nil, ErrUnknown
}

// userOf returns the user of a process.
func userOf(pid uint32) (*windows.SID, error) {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return nil, err
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	var token windows.Token
	if err := windows.OpenProcessToken(handle, windows.TOKEN_QUERY, &token); err != nil {
		return nil, err
	}
	defer func() { _ = token.Close() }()
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	return user.User.Sid, nil
}
