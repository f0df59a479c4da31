package provider

import "strings"

// Advice is what one error text of a provider means, and what mends it.
type Advice struct {
	From  string   // who says so: a provider's name, or "any"
	Texts []string // in the error's code or description; lower case
	Means string
	Do    string
}

// advices map the texts of providers to fixes, the special ones first. They are
// the hint of a refused sign-in, the doctor's advice, and docs/providers/errors.md.
var advices = []Advice{
	{"Microsoft Entra ID", []string{"aadsts50011", "aadsts900971", "aadsts500113"}, "The redirect address is not registered with the app.", "App registration → Authentication → Add a platform → Mobile and desktop applications → http://localhost (with redirect_path behind it), and keep redirect_host = \"localhost\"."},
	{"Microsoft Entra ID", []string{"aadsts700016"}, "There is no app of that client ID in the directory.", "Compare client_id with Application (client) ID, and tenant with Directory (tenant) ID, on the app registration's overview."},
	{"Microsoft Entra ID", []string{"aadsts90002", "aadsts900023"}, "There is no such directory.", "Set tenant to the Directory (tenant) ID on the app registration's overview."},
	{"Microsoft Entra ID", []string{"aadsts65001", "aadsts90094", "aadsts65004"}, "Nobody has consented to what the app asks for.", "App registration → API permissions → Grant admin consent, or let people consent for themselves."},
	{"Microsoft Entra ID", []string{"aadsts50105"}, "The person is not assigned to the app.", "Enterprise applications → the app → Users and groups → Add user/group, or set Assignment required to No."},
	{"Microsoft Entra ID", []string{"aadsts50020", "aadsts50034"}, "The account is not of this directory.", "Sign in with an account of the directory, or invite it there as a guest."},
	{"Microsoft Entra ID", []string{"aadsts7000218"}, "The app is registered as a confidential client.", "App registration → Authentication → Allow public client flows: Yes, with the redirect address under Mobile and desktop applications."},
	{"Microsoft Entra ID", []string{"aadsts700025"}, "A public client sent a secret.", "Take client_secret out of the settings."},
	{"Microsoft Entra ID", []string{"aadsts50076", "aadsts50079"}, "A second factor is demanded.", "Sign in again and confirm it, or register one at https://aka.ms/mfasetup."},
	{"Microsoft Entra ID", []string{"aadsts53003", "aadsts53000", "aadsts53001"}, "A Conditional Access policy forbids it from here.", "Ask the administrator which policy it was: Entra → Monitoring → Sign-in logs."},
	{"Microsoft Entra ID", []string{"aadsts70011", "aadsts650053"}, "A scope is not known there.", "Take it out of scopes, or add it under API permissions."},
	{"Microsoft Entra ID", []string{"aadsts70008", "aadsts700082", "aadsts50173"}, "The session is too old, or was ended by a changed password.", "Sign in again."},
	{"Google", []string{"client_secret is missing"}, "Google wants the secret of the desktop client, which is none.", "Set client_secret to the one on the client's page in the Google Cloud console."},
	{"Google", []string{"org_internal"}, "The app is for people of its own organization alone.", "Sign in with an account of it, or set Audience to External in the Google Cloud console."},
	{"Google", []string{"verification process", "access_denied_test_user"}, "The app is in testing, and this person is not a tester.", "Google Cloud console → Audience → Test users → Add users, or publish the app."},
	{"Google", []string{"admin_policy_enforced"}, "The person's Workspace administrator forbids the app.", "Workspace admin console → Security → API controls → App access control: allow it."},
	{"Google", []string{"deleted_client", "disabled_client"}, "The client was deleted or disabled.", "Make a new desktop client and set client_id and client_secret."},
	{"Okta", []string{"not assigned to the client application"}, "The person is not assigned to the app.", "Admin console → Applications → the app → Assignments → Assign, to the person or a group."},
	{"Okta", []string{"policy evaluation failed", "no_matching_policy"}, "The authorization server has no access policy for this app.", "Admin console → Security → API → the server → Access Policies: add one with a rule for the app, the person's group and the scopes."},
	{"Okta", []string{"not authorized to use the provided grant type"}, "The grant is not switched on for the app.", "Admin console → the app → General → Grant type: Authorization Code and Refresh Token."},
	{"Auth0", []string{"callback url mismatch"}, "The redirect address is not registered with the app.", "Applications → the app → Allowed Callback URLs: http://127.0.0.1:18085/callback and the other ports of redirect_ports."},
	{"Auth0", []string{"not allowed for the client"}, "The grant is not switched on for the app.", "Applications → the app → Advanced Settings → Grant Types: Authorization Code and Refresh Token."},
	{"Auth0", []string{"is not part of the org", "parameter organization"}, "The person is not of the organization that was asked for, or the app knows no organizations.", "Set organization to one of the person's, or switch organizations on: Applications → the app → Organizations."},
	{"Keycloak", []string{"invalid parameter: redirect_uri"}, "The redirect address is not registered with the client.", "Clients → the client → Valid redirect URIs: http://127.0.0.1/* (Keycloak ignores the port there)."},
	{"Keycloak", []string{"client not found"}, "The realm has no such client.", "Compare client_id with Clients → Client ID in the realm that the issuer names."},
	{"Keycloak", []string{"client is not enabled to retrieve", "standard flow is disabled"}, "The flow is not switched on for the client.", "Clients → the client → Capability config: Standard flow."},
	{"Amazon Cognito", []string{"redirect_mismatch"}, "The redirect address is not registered with the app client.", "App client → Login pages → Allowed callback URLs: http://localhost:18085/callback and the other ports of redirect_ports."},
	{"Zitadel", []string{"redirect_uri is missing in the client configuration"}, "The redirect address is not registered with the app.", "Project → the app → Redirect settings: http://127.0.0.1/callback, with Development Mode on for http if it is no native app."},
	{"GitHub", []string{"incorrect_client_credentials"}, "Client ID and secret do not go together.", "Settings → Developer settings → the OAuth app: copy the client ID, make a new client secret, and set both."},
	{"GitHub", []string{"application_suspended"}, "The OAuth app is suspended.", "Ask GitHub's support why."},
	{"GitHub", []string{"device_flow_disabled"}, "The device flow is not switched on.", "Settings → Developer settings → the OAuth app → Enable Device Flow."},
	{"any", []string{"redirect_uri_mismatch", "redirect uri mismatch", "invalid_redirect_uri", "invalid redirect", "redirect_uri is not", "redirect_uri' parameter must be", "redirect uri is not", "redirect_uri did not match", "redirect_uri does not match", "redirect url is not", "unregistered redirect", "mismatching redirect", "redirect_uri mismatch"}, "The redirect address is not registered with the client, to the letter.", "Register the redirect address that latchkeyctl doctor shows: scheme, host, port and path count. Where the provider compares the port, set redirect_ports to the registered ones."},
	{"any", []string{"pkce", "code_challenge", "code_verifier", "code verifier", "code challenge"}, "The proof that the code was asked for here (PKCE) did not fit.", "Try again. If it stays, see that nothing between changes the requests, and that the client allows PKCE with S256."},
	{"any", []string{"invalid_client"}, "The provider does not know the client, or its secret is missing or wrong.", "Compare client_id with the provider's console. A native client is registered as public and needs no client_secret; where the provider insists on one, set it."},
	{"any", []string{"unauthorized_client"}, "The client may not use this flow.", "Register it as a native (public) client with the authorization code grant, and refresh tokens if people shall stay signed in."},
	{"any", []string{"invalid_scope"}, "The provider does not grant a scope that was asked for.", "Take scopes out one by one, beginning with offline_access (offline_access = \"off\"), or allow them for the client."},
	{"any", []string{"access_denied"}, "The person, or a rule at the provider, said no.", "Try again. If it stays, see that the person is assigned to the app and that no policy forbids it."},
	{"any", []string{"login_required", "interaction_required", "account_selection_required"}, "The provider must ask the person, and was told not to.", "Sign in again, without prompt=none in auth_params."},
	{"any", []string{"consent_required"}, "The person must consent first, and was not asked.", "Sign in again, or let the administrator consent for all."},
	{"any", []string{"invalid_grant"}, "The code or the refresh token is spent, expired, or was given for another redirect address or client.", "Sign in again. If it stays, check this computer's clock."},
	{"any", []string{"unsupported_response_type", "unsupported_grant_type"}, "The provider does not offer the authorization code flow to this client.", "Switch it on for the client, or take a provider that has it."},
	{"any", []string{"authorization_pending", "slow_down", "expired_token"}, "The code for another device was not confirmed in time.", "Ask for a new one and confirm it within its time."},
	{"any", []string{"temporarily_unavailable", "server_error"}, "The provider has a fault of its own.", "Try again in a while; its status page may say more."},
	{"any", []string{"invalid_request"}, "The provider did not understand the request.", "Check auth_params, organization_param and login_hint_param; what it says of the parameter is in the details."},
}

// AdviceFor finds what an error of a provider means, by its code and its
// description. A row of one provider goes before those of any.
func AdviceFor(code, description string) (Advice, bool) {
	said := strings.ToLower(code + " " + description)
	for _, a := range advices {
		for _, text := range a.Texts {
			if strings.Contains(said, text) {
				return a, true
			}
		}
	}
	return Advice{}, false
}
