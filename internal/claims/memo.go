package claims

import (
	"reflect"
	"sync"
)

// Person is what a profile shows of the claims.
type Person struct {
	Organization string
	Roles        []string // cut by [Shown]
	How          string
}

// Memo remembers what the last claims say, so that they are read once for each session and not at each
// drawing. It compares claims by the identity of their map, so nobody may change that map. Its methods
// may be called from any goroutine; a nil [Memo] remembers nothing.
type Memo struct {
	mu     sync.Mutex
	of     Claims
	person *Person
	table  []Row
}

// Person returns what a profile shows.
func (m *Memo) Person(c Claims, amr []string) Person {
	if m == nil {
		return person(c, amr)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turnTo(c)
	if m.person == nil {
		m.person = new(person(c, amr))
	}
	return *m.person
}

// Table is [Table], remembered.
func (m *Memo) Table(c Claims) []Row {
	if m == nil {
		return Table(c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turnTo(c)
	if m.table == nil {
		m.table = Table(c)
	}
	return m.table
}

// turnTo forgets other claims than c.
func (m *Memo) turnTo(c Claims) {
	if reflect.ValueOf(m.of).Pointer() != reflect.ValueOf(c).Pointer() {
		m.of, m.person, m.table = c, nil, nil
	}
}

func person(c Claims, amr []string) Person {
	return Person{Organization: Organization(c), Roles: Shown(Roles(c)), How: How(c, amr)}
}
