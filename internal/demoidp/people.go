package demoidp

import "github.com/zitadel/oidc/v3/pkg/oidc"

// person is somebody to sign in as.
type person struct {
	ID, Name, Email string
	Verified        bool
	Role            string // shown on the page
	Picture         bool
	Hue             int // of the picture, in degrees
}

// people are chosen to try what real directories hold: a picture and none, a
// very long name, another script, an address that nobody has verified.
var people = []person{
	{ID: "ada", Name: "Ada Lovelace", Email: "ada@acme.example", Verified: true, Role: "Engineer", Picture: true, Hue: 38},
	{ID: "grace", Name: "Grace Hopper", Email: "grace@acme.example", Verified: true, Role: "Admiral", Picture: true, Hue: 205},
	{ID: "omar", Name: "عمر الخيّام", Email: "omar@acme.example", Verified: true, Role: "Mathematician", Picture: true, Hue: 150},
	{ID: "long", Name: "Adolph Blaine Charles David Earl Frederick Gerald Hubert Irvin John Wolfeschlegelsteinhausenbergerdorff", Email: "adolph.blaine.charles.david.earl.frederick.gerald.hubert@very-long-domain-name.acme.example", Verified: true, Role: "Typesetter"},
	{ID: "new", Name: "Sam Newcomer", Email: "sam@elsewhere.example", Role: "Address not verified yet"},
}

func personByID(id string) (person, bool) {
	for _, p := range people {
		if p.ID == id {
			return p, true
		}
	}
	return person{}, false
}

// fill puts the claims that the scopes allow into what is said of p.
func (p person) fill(info *oidc.UserInfo, issuer string, scopes []string) {
	info.Subject = p.ID
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeProfile:
			info.Name = p.Name
			if p.Picture {
				info.Picture = issuer + "/picture/" + p.ID + ".png"
			}
		case oidc.ScopeEmail:
			info.Email, info.EmailVerified = p.Email, oidc.Bool(p.Verified)
		}
	}
}
