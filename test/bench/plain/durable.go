//go:build durable

package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"

	_ "github.com/99designs/keyring" // the library that is given: it connects to the bus when it is imported

	"golang.org/x/sys/unix"

	"app.latchkey/test/bench/item"
)

// prepare reads the key and proves that the sealed session can be written, while the provider is asked. The func that
// it returns waits for that.
func prepare() func() (func(...any) error, error) {
	dir := filepath.Join(os.Getenv("XDG_DATA_HOME"), "durable")
	var aead cipher.AEAD
	done := make(chan error, 1)
	go func() {
		secret, err := item.Read()
		if err == nil {
			key := sha256.Sum256(secret)
			block, _ := aes.NewCipher(key[:])
			aead, err = cipher.NewGCM(block)
		}
		if err == nil {
			err = prove(dir)
		}
		done <- err
	}()
	seal := func(session ...any) error {
		plain, err := json.Marshal(session)
		if err != nil {
			return err
		}
		nonce := make([]byte, aead.NonceSize())
		_, _ = rand.Read(nonce)
		if err := replace(dir, "sealed", aead.Seal(nonce, nonce, plain, nil)); err != nil {
			return err
		}
		return sync(os.Open(dir)) // the rename
	}
	return func() (func(...any) error, error) { return seal, <-done }
}

// prove takes the lock and writes, syncs and renames a file as large as a session may become.
func prove(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	room := make([]byte, 64<<10)
	_, _ = rand.Read(room)
	return replace(dir, "room", room)
}

// replace writes a file durably and puts it in its place.
func replace(dir, name string, data []byte) error {
	to := filepath.Join(dir, name)
	if err := os.WriteFile(to+".next", data, 0o600); err != nil {
		return err
	}
	if err := sync(os.Open(to + ".next")); err != nil {
		return err
	}
	return os.Rename(to+".next", to)
}

func sync(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// own asks the kernel whether this user's is the program at the other end (sock_diag(7), inet_diag_req_v2).
func own(r *http.Request) bool {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	fd, failed := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil || !ok || failed != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	ask := make([]byte, 72)
	binary.NativeEndian.PutUint32(ask, 72)
	binary.NativeEndian.PutUint16(ask[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(ask[6:], unix.NLM_F_REQUEST)
	ask[16], ask[17] = unix.AF_INET, unix.IPPROTO_TCP
	copy(ask[20:], "\xff\xff\xff\xff") // of any state
	binary.BigEndian.PutUint16(ask[24:], remote.Port())
	binary.BigEndian.PutUint16(ask[26:], uint16(local.Port))
	copy(ask[28:], remote.Addr().Unmap().AsSlice())
	copy(ask[44:], local.IP.To4())
	copy(ask[64:], "\xff\xff\xff\xff\xff\xff\xff\xff") // without the number that the kernel gives a socket
	answer := make([]byte, 4<<10)
	err = unix.Sendto(fd, ask, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	n, _, failed := unix.Recvfrom(fd, answer, unix.MSG_DONTWAIT)
	return err == nil && failed == nil && n >= 88 && string(answer[20:24]) == string(ask[24:28]) &&
		binary.NativeEndian.Uint32(answer[80:]) == uint32(os.Geteuid())
}
