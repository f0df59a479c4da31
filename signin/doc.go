// Package signin signs a person in to a desktop program or a command-line program with any OpenID Connect provider,
// keeps them signed in, and signs them out for real.
//
// A program opens a [Client], asks for the [Account], and signs the person in when there is none:
//
//	client, err := signin.Open(ctx, signin.Config{
//		App:      signin.App{ID: "com.example.reader", Name: "Reader"},
//		Provider: signin.Descope("P2abc…"),
//	})
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//
//	account, err := client.Account(ctx)
//	if errors.Is(err, signin.ErrSignedOut) {
//		account, err = client.SignIn(ctx) // opens the person's browser and returns when they are back
//	}
//
// From then on [Client.HTTPClient] sends requests with the person's access token, [Client.Token] hands the token out,
// [Client.Watch] follows what happens to the session, and [Client.SignOut] ends it.
//
// # What the package does
//
// [Client.SignIn] runs the authorization code flow with PKCE in the system's browser (RFC 8252, RFC 7636) and receives
// the answer on a loopback address. With [OnAnotherDevice] it runs the device grant (RFC 8628) instead. The ID token is
// verified in full (OpenID Connect Core §3.1.3.7), and the userinfo answer is used only for the same subject.
//
// The session is stored in one file below the application's data folder, encrypted with AES-256-GCM. The key lies in
// the system's keychain, or is wrapped by a passphrase, or the session stays in memory: see [Store]. The package never
// steps down from one to another by itself.
//
// Access tokens are renewed when they are due. One renewal runs at a time on the machine, also across programs, and a
// rotated refresh token is stored before it is used. A network error never signs anyone out; only the provider's
// refusal of the refresh token, or a renewed ID token that fails verification, ends a session.
//
// # What the package promises
//
//   - It has no init function and no package variable that changes. Before [Open] and after [Client.Close] it runs no
//     goroutine.
//   - It writes only below the folders of the application ([App]) and into the keychain item of that application. Two
//     programs with the same [App.ID] share their sessions safely; programs with different ones never meet.
//   - Each method may be called from any goroutine, and ends soon after its context ends.
//   - No token stands in an error, in a log line, or in what fmt, encoding/json and log/slog print of a value.
//   - Errors are [*Error] values with words that a person can act on; callers branch with [errors.Is] and
//     the Err values.
//
// # What the package does not do
//
// It is no authorization: what [Account] says about roles and organizations is for people to read, and each API
// must verify the access token by itself. It does not protect the memory of the running process, and any
// program that the same person runs can open the same keychain. It draws no window, prints nothing, and reads no
// terminal: where the person must be asked, a function of [Config] is called. It does not speak SAML, the implicit
// flow or the hybrid flow. Client secrets inside a program are known to everybody who has the program; see
// [Provider.With].
package signin
