// Package learned remembers, for each issuer and client, what sign-ins have shown of a provider: whether it must be
// asked for consent to give a refresh token, and by which prompt another account can be chosen.
//
// It reads and writes one small file, learned.json in the data folder, beside the preferences. The file holds nothing
// secret and nothing about anybody. One that cannot be read counts as none: what was learned is then learned again.
package learned

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"app.latchkey/internal/atomicfile"
)

// Entry is what is known of one client at one issuer; openid.Learned says what the values mean.
type Entry struct {
	Consent string `json:"consent,omitempty"`
	Another string `json:"another_account,omitempty"`
}

// Book is the file in a data folder.
type Book struct{ Dir string }

const (
	fileName = "learned.json"
	// maxSize and maxEntries bound what is read and what is kept.
	maxSize    = 64 << 10
	maxEntries = 50
)

type record struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	Entry
}

// Of returns what is known of a client at an issuer; zero when nothing is.
func (b Book) Of(issuer, clientID string) Entry {
	for _, r := range b.read() {
		if r.Issuer == issuer && r.ClientID == clientID {
			return r.Entry
		}
	}
	return Entry{}
}

// Keep keeps what is known of a client at an issuer. The zero [Entry] forgets it. A reader
// sees the old file or the new one.
func (b Book) Keep(issuer, clientID string, e Entry) error {
	records := slices.DeleteFunc(b.read(), func(r record) bool { return r.Issuer == issuer && r.ClientID == clientID })
	if e != (Entry{}) {
		records = append(records, record{issuer, clientID, e})
	}
	data, err := json.MarshalIndent(records[max(0, len(records)-maxEntries):], "", "  ")
	if err != nil {
		return fmt.Errorf("learned: %w", err)
	}
	if err := atomicfile.Write(filepath.Join(b.Dir, fileName), append(data, '\n')); err != nil {
		return fmt.Errorf("learned: %w", err)
	}
	return nil
}

func (b Book) read() []record {
	path := filepath.Join(b.Dir, fileName)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil // a pipe or a device would be waited for
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	var records []record
	if err != nil || len(data) > maxSize || json.Unmarshal(data, &records) != nil {
		return nil
	}
	return records
}
