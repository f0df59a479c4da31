package gateway

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" // #nosec G501 -- NTLM prescribes it
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"sync"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is made of it
	"golang.org/x/crypto/md4"
)

// NTLM admits one name and password by NTLM version 2 (MS-NLMP §3.3.2), on one
// connection as the protocol demands.
func NTLM(user, domain, password string) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	asked := map[string]bool{} // connections that have their challenge
	challenge := []byte("12345678")
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		text, found := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "NTLM ")
		raw, _ := base64.StdEncoding.DecodeString(text)
		offer := "NTLM"
		switch {
		case found && len(raw) > 12 && raw[8] == 1:
			asked[r.RemoteAddr] = true
			offer = "NTLM " + base64.StdEncoding.EncodeToString(type2(challenge))
		case found && len(raw) > 64 && raw[8] == 3 && asked[r.RemoteAddr]:
			field := func(at int) []byte {
				n, off := binary.LittleEndian.Uint16(raw[at:]), binary.LittleEndian.Uint32(raw[at+4:])
				return raw[off : off+uint32(n)]
			}
			response := field(20)
			named := bytes.Equal(field(36), wide(user)) && bytes.Equal(field(28), wide(domain))
			if named &&
				hmac.Equal(response[:16],
					hmacMD5(hmacMD5(md4Of(wide(password)), wide(strings.ToUpper(user)+domain)),
						append(bytes.Clone(challenge), response[16:]...))) {
				return true
			}
		}
		w.Header().Add("Proxy-Authenticate", offer)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return false
	}
}

// type2 is the least challenge message: NTLM, Unicode, target information.
func type2(challenge []byte) []byte {
	out := append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), make([]byte, 44)...)
	info := []byte{2, 0, 8, 0, 'A', 0, 'C', 0, 'M', 0, 'E', 0, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(out[16:], 56)
	binary.LittleEndian.PutUint32(out[20:], 0x00880201) // target information, extended security, NTLM, Unicode
	copy(out[24:], challenge)
	binary.LittleEndian.PutUint16(out[40:], uint16(len(info)))
	binary.LittleEndian.PutUint16(out[42:], uint16(len(info)))
	binary.LittleEndian.PutUint32(out[44:], 56)
	return append(out, info...)
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func md4Of(b []byte) []byte {
	h := md4.New()
	_, _ = h.Write(b)
	return h.Sum(nil)
}

func hmacMD5(key, data []byte) []byte {
	h := hmac.New(md5.New, key)
	_, _ = h.Write(data)
	return h.Sum(nil)
}
