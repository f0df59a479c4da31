package openid

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// MemberError means that the discovery document lacks a member that a sign-in needs, or has it in a form that cannot be
// used. It matches [ErrDiscovery] and [ErrMember].
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

// decodeMetadata reads the members by their exact names (OIDC Discovery §3). A member of a wrong type, or one that
// occurs twice, counts as absent; [Client.checkMetadata] reports it where it is needed and the settings do not give
// it.
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
		if !o.has(member.name) { // null is absent
			continue
		}
		fault := twiceFault
		if !slices.Contains(twice, member.name) {
			fault = decodeMember(o[member.name], member.to)
		}
		if fault != "" {
			m.ignore(member.name, fault)
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

// decodeMember decodes a value, and leaves to alone when it is of another type. It returns what is wrong with it.
func decodeMember(raw json.RawMessage, to any) string {
	var err error
	want := ""
	switch to := to.(type) {
	case *string:
		want, err = "a text", json.Unmarshal(raw, to)
	case *bool:
		want, err = "true or false", json.Unmarshal(raw, to)
	case *[]string:
		want = "a list of texts"
		var list []*string // null is no text
		if err = json.Unmarshal(raw, &list); err == nil && slices.Contains(list, nil) {
			err = errors.New("null in a list")
		}
		if err == nil {
			*to = make([]string, 0, len(list))
			for _, text := range list {
				*to = append(*to, *text)
			}
		}
	}
	if err != nil {
		return fmt.Sprintf("is %s, not %s", typeName(raw), want)
	}
	return ""
}
