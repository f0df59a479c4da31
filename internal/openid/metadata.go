package openid

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MemberError means that the discovery document lacks a member that a sign-in needs,
// or has it in a form that cannot be used. It matches [ErrDiscovery] and [ErrMember].
type MemberError struct {
	Member  string
	Fault   string // such as "is a number, not a text"; "" when the member is missing
	Setting string // the setting that can give it; "" when there is none
}

// Error names the member, and the setting that cures.
func (e *MemberError) Error() string {
	words := "there is no " + e.Member
	if e.Fault != "" {
		words = e.Member + " " + e.Fault
	}
	if e.Setting != "" {
		words += "; the setting " + e.Setting + " can give one"
	}
	return fmt.Sprintf("%v: %s", ErrDiscovery, words)
}

// Unwrap returns [ErrDiscovery] and what kind of fault it is.
func (e *MemberError) Unwrap() []error {
	if e.Fault == twiceFault {
		return []error{ErrDiscovery, ErrMember, ErrDoubledClaim}
	}
	return []error{ErrDiscovery, ErrMember, ErrDocument}
}

const twiceFault = "stands twice"

// decodeMetadata reads the members by their exact names (OIDC Discovery §3). A member of a wrong type,
// or one that occurs twice, counts as absent. A later check reports a missing member that is needed,
// unless the settings give it.
func decodeMetadata(o object, twice []string) Metadata {
	m := Metadata{faults: map[string]string{}}
	for _, member := range []struct {
		name string
		to   any
	}{
		{"issuer", &m.IssuerURL}, {"authorization_endpoint", &m.AuthURL}, {"token_endpoint", &m.TokenURL},
		{"jwks_uri", &m.JWKSURL},
		{"userinfo_endpoint", &m.UserInfoURL}, {"device_authorization_endpoint", &m.DeviceAuthURL},
		{"revocation_endpoint", &m.RevocationURL}, {"end_session_endpoint", &m.EndSessionURL},
		{"id_token_signing_alg_values_supported", &m.Algorithms}, {"scopes_supported", &m.ScopesSupported},
		{"token_endpoint_auth_methods_supported", &m.AuthMethods}, {"grant_types_supported", &m.GrantTypes},
		{"code_challenge_methods_supported", &m.ChallengeMethods},
		{"userinfo_signing_alg_values_supported", &m.UserinfoAlgorithms},
		{"authorization_response_iss_parameter_supported", &m.AnswerNamesIssuer},
		{"prompt_values_supported", &m.PromptValues}, {"dpop_signing_alg_values_supported", &m.DPoPAlgorithms},
		{"token_endpoint_auth_signing_alg_values_supported", &m.AssertionAlgorithms},
		{pushedEndpoint, &m.PushedURL}, {"require_pushed_authorization_requests", &m.RequirePushed},
	} {
		switch {
		case !o.has(member.name): // null is absent
		case slices.Contains(twice, member.name):
			m.ignore(member.name, twiceFault)
		default:
			if fault := decodeMember(o[member.name], member.to); fault != "" {
				m.ignore(member.name, fault)
			}
		}
	}
	return m
}

func (m *Metadata) ignore(name, fault string) {
	m.faults[name] = fault
	if !slices.Contains([]string{"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}, name) {
		m.Ignored = append(m.Ignored, name+" "+fault)
	}
}

// decodeMember decodes a value, and leaves to alone when it is of another type. It
// returns what is wrong with it.
func decodeMember(raw json.RawMessage, to any) string {
	var err error
	want := ""
	switch to := to.(type) {
	case *string:
		want = "a text"
		var v string
		if err = json.Unmarshal(raw, &v); err == nil {
			*to = v
		}
	case *bool:
		want = "true or false"
		var v bool
		if err = json.Unmarshal(raw, &v); err == nil {
			*to = v
		}
	case *[]string:
		want = "a list of texts"
		var v []*string
		if err = json.Unmarshal(raw, &v); err == nil && slices.Contains(v, nil) {
			err = errors.New("null in a list")
		}
		if err == nil {
			*to = make([]string, len(v))
			for i := range v {
				(*to)[i] = *v[i]
			}
		}
	}
	if err != nil {
		return fmt.Sprintf("is %s, not %s", typeName(raw), want)
	}
	return ""
}

// typeName is what people call the type of a JSON value.
func typeName(raw json.RawMessage) string {
	switch s := strings.TrimSpace(string(raw)); {
	case s == "":
		return "nothing"
	case s[0] == '"':
		return "a text"
	case s[0] == '{':
		return "an object"
	case s[0] == '[':
		return "a list of something else"
	case s == "true", s == "false":
		return "true or false"
	case s == "null":
		return "null"
	}
	return "a number"
}
