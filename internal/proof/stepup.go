package proof

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// NonceDemanded reports whether a resource server refused a proof for its nonce (RFC
// 9449 §9). An authorization server says so in its JSON: error use_dpop_nonce (§8).
func NonceDemanded(challenges []Challenge) bool {
	return slices.ContainsFunc(challenges, func(c Challenge) bool {
		return c.Scheme == "dpop" && c.Params["error"] == "use_dpop_nonce"
	})
}

// Bounds of what an API may ask for.
const (
	maxACR    = 16   // values
	maxValue  = 2048 // bytes of acr_values, of scope
	maxMaxAge = 365 * 24 * time.Hour
)

// StepUp is what an API asks of the person before it lets a request through (RFC 9470 §3).
type StepUp struct {
	ACRValues []string // any of them will do, the first one best; may be empty
	// MaxAge is how long ago the person may have signed in; nil demands nothing.
	MaxAge *time.Duration
	Scope  string // what the API wants besides, separated by spaces
}

// StepUpIn finds the challenge insufficient_user_authentication of the scheme Bearer or
// DPoP. One that asks for nothing, or for something that cannot be sent on, is none.
func StepUpIn(challenges []Challenge) (StepUp, bool) {
	for _, c := range challenges {
		if c.Scheme != "bearer" && c.Scheme != "dpop" || c.Params["error"] != "insufficient_user_authentication" {
			continue
		}
		if s, ok := stepUp(c.Params); ok {
			return s, true
		}
	}
	return StepUp{}, false
}

func stepUp(params map[string]string) (StepUp, bool) {
	s := StepUp{ACRValues: strings.Fields(params["acr_values"]), Scope: params["scope"]}
	if !printable(params["acr_values"]) || !printable(s.Scope) || len(s.ACRValues) > maxACR {
		return StepUp{}, false
	}
	if text, there := params["max_age"]; there {
		seconds, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return StepUp{}, false
		}
		s.MaxAge = new(min(time.Duration(seconds)*time.Second, maxMaxAge))
	}
	return s, len(s.ACRValues) > 0 || s.MaxAge != nil
}

func printable(s string) bool {
	return len(s) <= maxValue && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r >= 0x7f || r == '"' || r == '\\'
	})
}
