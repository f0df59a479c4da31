package doctor

import (
	"context"
	"slices"
	"strings"
)

// binding: whether tokens are tied to a key of this computer (DPoP, RFC 9449), and where that key is made.
func (r *round) binding(context.Context) {
	if r.meta == nil || r.p().DPoP == "off" {
		return
	}
	listed, must := r.meta.DPoPAlgorithms, r.p().DPoP == "require"
	switch es256 := slices.Contains(listed, "ES256"); {
	case !es256 && must && listed != nil:
		r.fail("binding", "The provider ties no tokens to this computer, and the settings demand it",
			"it takes proofs by "+strings.Join(listed, ", "))
	case !es256 && must:
		r.warn("binding", "The provider does not announce that it ties tokens to this computer", "")
	case !es256:
		r.pass("binding", "The provider has no way to tie tokens to this computer (DPoP)", "")
	default:
		r.keyPlace()
	}
}

// keyPlace makes a key as a sign-in would, and forgets it.
func (r *round) keyPlace() {
	wanted := r.o.Settings.DPoPKey
	if wanted == "software" || r.o.Keys == nil {
		r.pass("binding", "Tokens are tied to a key in the vault", "")
		return
	}
	place, err := r.o.Keys.Hardware()
	switch {
	case err == nil:
		r.pass("binding", "Tokens are tied to this computer by its "+place.Name(), "")
	case wanted == "hardware":
		r.fail("binding", "This computer's security chip cannot be used, and the settings demand it", last(err).Error())
	default:
		r.pass("binding", "Tokens are tied to a key in the vault, which can be copied with it", last(err).Error())
	}
}
