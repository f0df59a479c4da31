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

// own reads whose socket the other end is.
func own(here, there netip.AddrPort) error {
	var missing error
	for range tries {
		for _, path := range tables {
			uid, err := userIn(path, there, here)
			switch {
			case errors.Is(err, ErrUnknown):
				missing = err
			case err != nil:
				missing = fmt.Errorf("%w: %w", ErrUnknown, err)
			case uid != os.Geteuid():
				return fmt.Errorf("%w: uid %d", ErrOther, uid)
			default:
				return nil
			}
		}
	}
	return missing
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
			return 0, fmt.Errorf("%w: its program has closed it", ErrUnknown)
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
