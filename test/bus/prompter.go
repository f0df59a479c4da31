//go:build linux

package bus

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Prompter stands in for the desktop's dialog in which a person types the keychain's password, or which they close.
// gnome-keyring calls it on the bus (org.gnome.keyring.SystemPrompter, of the library gcr) and takes an encrypted
// password.
type Prompter struct {
	conn    *dbus.Conn
	private *big.Int // one for all its questions: gcr derives a key once

	mu      sync.Mutex
	answers []string
	asked   int
	open    []func(answer string) // questions that were ignored
}

const (
	prompterName  = "org.gnome.keyring.SystemPrompter"
	prompterPath  = dbus.ObjectPath("/org/gnome/keyring/Prompter")
	prompterIface = "org.gnome.keyring.internal.Prompter"
	readyMethod   = "org.gnome.keyring.internal.Prompter.Callback.PromptReady"
	doneMethod    = "org.gnome.keyring.internal.Prompter.Callback.PromptDone"

	// Dismiss closes the dialog; Ignore leaves it open.
	Dismiss = "\x00dismiss"
	Ignore  = "\x00ignore"
)

// Prompts puts a prompter on the bus at address until the test ends.
func Prompts(t *testing.T, address string) *Prompter {
	t.Helper()
	conn, err := dbus.Connect(address, dbus.WithIncomingInterceptor(func(m *dbus.Message) {
		if m.Headers[dbus.FieldInterface].Value() == prompterIface {
			m.Flags |= dbus.FlagNoReplyExpected // see reply
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	private, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 1500))
	if err != nil {
		t.Fatal(err)
	}
	p := &Prompter{conn: conn, private: private}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.ExportMethodTable(map[string]any{
		"BeginPrompting": p.begin, "PerformPrompt": p.perform, "StopPrompting": p.stop,
	}, prompterPath, prompterIface); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(prompterName, dbus.NameFlagDoNotQueue); err != nil ||
		reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("no prompter on this bus: %v %v", reply, err)
	}
	return p
}

// Answer sets the answers to the next questions, in order: a password, Dismiss or Ignore. It resets the count of Asked.
func (p *Prompter) Answer(answers ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers, p.asked = answers, 0
}

// Asked is how often a question was shown since Answer.
func (p *Prompter) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Late answers the questions that were ignored.
func (p *Prompter) Late(answer string) {
	p.mu.Lock()
	open := p.open
	p.open = nil
	p.mu.Unlock()
	for _, f := range open {
		f(answer)
	}
}

func (p *Prompter) begin(msg dbus.Message, callback dbus.ObjectPath) *dbus.Error {
	p.reply(msg)
	p.call(msg, callback, readyMethod, "", map[string]dbus.Variant{}, "")
	return nil
}

func (p *Prompter) stop(msg dbus.Message, callback dbus.ObjectPath) *dbus.Error {
	p.reply(msg)
	p.call(msg, callback, doneMethod)
	return nil
}

// perform shows one question.
func (p *Prompter) perform(msg dbus.Message, callback dbus.ObjectPath, _ string, _ map[string]dbus.Variant,
	exchange string) *dbus.Error {
	p.reply(msg)
	p.mu.Lock()
	p.asked++
	answer := Dismiss
	if len(p.answers) > 0 {
		answer, p.answers = p.answers[0], p.answers[1:]
	}
	say := func(answer string) { p.say(msg, callback, exchange, answer) }
	if answer == Ignore {
		p.open = append(p.open, say)
	}
	p.mu.Unlock()
	if answer != Ignore {
		say(answer)
	}
	return nil
}

// say ends a question. A password that cannot be encrypted is a dismissal, on which
// the test ends.
func (p *Prompter) say(to dbus.Message, callback dbus.ObjectPath, exchange, answer string) {
	if sealed, err := p.sealFor(exchange, answer); err == nil && answer != Dismiss {
		p.call(to, callback, readyMethod, "yes", map[string]dbus.Variant{}, sealed)
		return
	}
	p.call(to, callback, readyMethod, "no", map[string]dbus.Variant{}, "")
}

// reply answers a call of the keychain. The library would answer only when the handler returns; the keychain ignores a
// prompter whose next call arrives before that answer.
func (p *Prompter) reply(to dbus.Message) {
	sender, _ := to.Headers[dbus.FieldSender].Value().(string)
	p.conn.Send(&dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(sender), dbus.FieldReplySerial: dbus.MakeVariant(to.Serial()),
	}}, nil)
}

// call calls the keychain back.
func (p *Prompter) call(to dbus.Message, path dbus.ObjectPath, method string, args ...any) {
	sender, _ := to.Headers[dbus.FieldSender].Value().(string)
	p.conn.Object(sender, path).Go(method, dbus.FlagNoReplyExpected, nil, args...)
}

// prime is the group of gcr's exchange: RFC 2409's 1536-bit MODP group (RFC 3526 §2).
const prime = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"

// sealFor encrypts a password for whoever sent the exchange: Diffie-Hellman, HKDF,
// AES-128-CBC ("sx-aes-1").
func (p *Prompter) sealFor(exchange, password string) (string, error) {
	peer, err := base64.StdEncoding.DecodeString(member(exchange, "public"))
	if err != nil || len(peer) == 0 {
		return "", fmt.Errorf("bus: no public key in the exchange (%v)", err)
	}
	modulus, _ := new(big.Int).SetString(prime, 16)
	public := new(big.Int).Exp(big.NewInt(2), p.private, modulus)
	shared := new(big.Int).Exp(new(big.Int).SetBytes(peer), p.private,
		modulus).FillBytes(make([]byte, modulus.BitLen()/8))
	key, err := hkdf.Key(sha256.New, shared, nil, "", 16)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	iv := make([]byte, block.BlockSize())
	_, _ = rand.Read(iv)
	pad := block.BlockSize() - len(password)%block.BlockSize()
	sealed := append([]byte(password), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("[sx-aes-1]\npublic=%s\nsecret=%s\niv=%s\n", b64(public.Bytes()), b64(sealed), b64(iv)), nil
}

// member reads a member of the exchange's key file.
func member(file, name string) string {
	for line := range strings.Lines(file) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return strings.ReplaceAll(value, `\s`, " ")
		}
	}
	return ""
}
