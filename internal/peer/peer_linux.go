package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// tables are the kernel's. A program may use an IPv6 socket to reach an IPv4 address,
// so that each connection is looked for in both.
var tables = [...]string{"/proc/net/tcp", "/proc/net/tcp6"}

// tries is how often the tables are read before a connection counts as missing: a
// table that changes while it is read may leave a line out.
const tries = 5

// errClosed is of a socket that no program holds any longer.
var errClosed = fmt.Errorf("%w: its program has closed it", ErrUnknown)

// own finds whose socket the other end is: the kernel is asked for the one connection, and where it does not say
// (sock_diag may be missing, or closed to a container), its tables are read.
func own(here, there netip.AddrPort) error {
	uid, err := ask(there, here)
	if err != nil && !errors.Is(err, errClosed) {
		uid, err = search(there, here)
	}
	return judge(uid, err)
}

// judge compares the user that was found with this process's.
func judge(uid int, err error) error {
	if err == nil && uid != os.Geteuid() {
		return fmt.Errorf("%w: uid %d", ErrOther, uid)
	}
	return err
}

// search reads the tables, which takes the longer the more connections the computer has.
func search(local, remote netip.AddrPort) (int, error) {
	var missing error
	for range tries {
		for _, path := range tables {
			uid, err := userIn(path, local, remote)
			switch {
			case err == nil, errors.Is(err, errClosed):
				return uid, err
			case errors.Is(err, ErrUnknown):
				missing = err
			default:
				missing = fmt.Errorf("%w: %w", ErrUnknown, err)
			}
		}
	}
	return 0, missing
}

// userIn finds the socket with these two addresses in one table.
func userIn(path string, local, remote netip.AddrPort) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	return find(f, local, remote)
}

// find reads a table (proc_pid_net(5)): a line is "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout
// inode …". A socket that no program holds any longer is shown with inode 0 and user 0: it names nobody.
func find(table io.Reader, local, remote netip.AddrPort) (int, error) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || parse(fields[1]) != local || parse(fields[2]) != remote {
			continue
		}
		if fields[9] == "0" {
			return 0, errClosed
		}
		return strconv.Atoi(fields[7])
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, ErrUnknown
}

// parse reads "0100007F:1F90": words of 32 bits in the machine's own order, and the
// port. The zero value is for what is no address.
func parse(text string) netip.AddrPort {
	host, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	number, bad := strconv.ParseUint(port, 16, 16)
	if err != nil || bad != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}
	}
	for word := range len(raw) / 4 {
		part := raw[4*word : 4*word+4]
		binary.NativeEndian.PutUint32(part, binary.BigEndian.Uint32(part))
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}
	}
	return plain(netip.AddrPortFrom(addr, uint16(number)))
}
