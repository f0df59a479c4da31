package proof

import (
	"slices"
	"strings"
	"sync"
)

// Bounds of what servers can make us remember.
const (
	maxNonce   = 1024 // bytes of one nonce
	maxOrigins = 64   // servers; the one that was used longest ago is forgotten
)

// Nonces remembers each server's last nonce, in memory. The zero value is empty.
type Nonces struct {
	mu   sync.Mutex
	list []nonce // in order of use, the last one last
}

type nonce struct{ server, value string }

func (n *Nonces) at(server Server, origin string) string {
	if n == nil {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	i := n.index(server, origin)
	if i < 0 {
		return ""
	}
	found := n.list[i]
	n.list = append(slices.Delete(n.list, i, i+1), found)
	return found.value
}

// take reports whether the server's nonce has changed.
func (n *Nonces) take(server Server, origin, value string) bool {
	if n == nil || !isNonce(value) {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	changed := true
	if i := n.index(server, origin); i >= 0 {
		changed = n.list[i].value != value
		n.list = slices.Delete(n.list, i, i+1)
	} else if len(n.list) == maxOrigins {
		n.list = slices.Delete(n.list, 0, 1)
	}
	n.list = append(n.list, nonce{string(server) + " " + origin, value})
	return changed
}

func (n *Nonces) index(server Server, origin string) int {
	name := string(server) + " " + origin
	return slices.IndexFunc(n.list, func(e nonce) bool { return e.server == name })
}

// isNonce judges a nonce by RFC 9449 §8.1 (NQCHAR of RFC 6749 appendix A).
func isNonce(s string) bool {
	return s != "" && len(s) <= maxNonce && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '"' || r == '\\'
	})
}
