package claims

import (
	"reflect"
	"testing"
)

// A memo has the same result as the claims, and parses the same claims once.
func TestMemo(t *testing.T) {
	ada, eve := claims(t, `{"org_name":"Acme","roles":`+list(1000)+`,"amr":["pwd"]}`), claims(t, `{"org_name":"Evil"}`)
	var m Memo
	for _, c := range []Claims{ada, eve, ada, nil, eve} {
		if got, want := m.Person(c, []string{"pwd"}), person(c, []string{"pwd"}); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got := m.Table(c); !reflect.DeepEqual(got, Table(c)) {
			t.Errorf("%+v", got)
		}
	}
	_, _ = m.Person(ada, nil), m.Table(ada)
	if again := work(func() { _, _ = m.Person(ada, nil), m.Table(ada) }); again > 10_000 {
		t.Errorf("the same claims cost %d bytes once more", again)
	}
	if got := (*Memo)(nil).Person(eve, nil); got.Organization != "Evil" {
		t.Errorf("%+v", got)
	}
}
