package doctor_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"app.latchkey/internal/doctor"
)

// breaks are set-ups with one thing wrong: a real server, file or state of the
// machine. put breaks it and returns what the finding's advice says to do.
var breaks = []struct {
	name   string
	id     string
	status doctor.Status
	advice string // that is followed
	tls    bool   // the provider is on https, of an authority that ca_file names
	put    func(m *machine, ca *authority) (mend func())
}{
	{"an unknown key", "settings", doctor.Fail, "Correct the setting", false, func(m *machine, _ *authority) func() {
		m.config["isuer"] = `"https://id.example"`
		return func() { delete(m.config, "isuer") }
	}},
	{"a wrong type", "settings", doctor.Fail, "Correct the setting", false, func(m *machine, _ *authority) func() {
		m.config["leeway"] = `7`
		return func() { m.config["leeway"] = `"7s"` }
	}},
	{"no TOML", "settings", doctor.Fail, "Correct the setting", false, func(m *machine, _ *authority) func() {
		m.config["name"] = `"open`
		return func() { m.config["name"] = `"closed"` }
	}},
	{"a secret that others can read", "settings", doctor.Warn, "Change the setting where the details say", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{secret: clientSecret})
			m.config["client_secret"], m.mode = quoted(clientSecret), 0o644
			return func() { m.mode = 0o600 }
		}},
	{"settings that others can change", "settings", doctor.Fail, "Do what the details say", false,
		func(m *machine, _ *authority) func() {
			m.mode = 0o606
			return func() { m.mode = 0o600 }
		}},
	{"another preset's key", "settings", doctor.Fail, "Correct the setting", false,
		func(m *machine, _ *authority) func() {
			m.config["realm"] = `"acme"`
			return func() { delete(m.config, "realm") }
		}},
	{"a certificate file that is not there", "settings", doctor.Fail, "Correct the setting", false,
		func(m *machine, ca *authority) func() {
			m.config["ca_file"] = `"acme.pem"`
			return func() { m.write(ca.pem, ".config", "latchkey", "acme.pem") }
		}},
	{"no provider", "provider", doctor.Fail, "issuer and client_id", false, func(m *machine, _ *authority) func() {
		issuer := m.config["issuer"]
		m.config = map[string]string{}
		return func() { m.config["issuer"], m.config["client_id"] = issuer, `"desk"` }
	}},

	{"a name that does not exist", "dns", doctor.Fail, "Check issuer for its spelling", false,
		func(m *machine, _ *authority) func() {
			issuer := m.config["issuer"]
			m.config["issuer"] = `"https://id.acme.invalid"`
			return func() { m.config["issuer"] = issuer }
		}},
	{"a preset's domain that does not exist", "dns", doctor.Fail, "Check domain for its spelling", false,
		func(m *machine, _ *authority) func() {
			sound := m.config
			m.config = map[string]string{"provider": `"zitadel"`, "domain": `"id.acme.invalid"`, "client_id": `"desk"`}
			return func() { m.config = sound }
		}},
	{"nothing listens", "connection", doctor.Fail, "Check issuer (host and port)", false,
		func(m *machine, _ *authority) func() {
			issuer := m.config["issuer"]
			m.config["issuer"] = quoted("http://127.0.0.1:" + strconv.Itoa(closedPort(m.t)))
			return func() { m.config["issuer"] = issuer }
		}},
	{"a proxy that is not there", "proxy", doctor.Fail, "Correct HTTPS_PROXY", true,
		func(m *machine, ca *authority) func() {
			m.behind(ca, "http://127.0.0.1:"+strconv.Itoa(closedPort(m.t)))
			return func() { m.env["HTTPS_PROXY"] = newProxy(m.t, m.site, "").URL }
		}},
	{"a proxy that wants a password", "proxy", doctor.Fail, "Put the proxy's user and password into HTTPS_PROXY", true,
		func(m *machine, ca *authority) func() {
			m.behind(ca, "")
			proxy := newProxy(m.t, m.site, passphrase)
			m.env["HTTPS_PROXY"] = proxy.URL
			return func() {
				m.env["HTTPS_PROXY"] = strings.Replace(proxy.URL, "//",
					"//ada:"+strings.ReplaceAll(passphrase, " ", "%20")+"@", 1)
			}
		}},
	{"a proxy that is no address", "proxy", doctor.Fail, "Set HTTPS_PROXY to an address", true,
		func(m *machine, ca *authority) func() {
			m.behind(ca, "%zz")
			return func() { m.env["HTTPS_PROXY"] = newProxy(m.t, m.site, "").URL }
		}},

	{"an authority that nobody trusts", "tls", doctor.Fail, "set ca_file", true, func(m *machine, _ *authority) func() {
		file := m.config["ca_file"]
		delete(m.config, "ca_file")
		return func() { m.config["ca_file"] = file }
	}},
	{"a certificate for another name", "tls", doctor.Fail, "Set issuer to the name in the certificate", true,
		func(m *machine, _ *authority) func() {
			m.moveTo(strings.Replace(m.site.issuer, "127.0.0.1", "localhost", 1))
			return func() { m.moveTo(m.site.server.URL) }
		}},
	{"a certificate that has ended", "tls", doctor.Fail, "has to be renewed at the provider", true,
		func(m *machine, ca *authority) func() {
			m.certificate(ca.server(m.t, -time.Hour, "127.0.0.1"))
			return func() { m.certificate(ca.server(m.t, 99*24*time.Hour, "127.0.0.1")) }
		}},
	{"a certificate that ends soon", "tls", doctor.Warn, "renew it", true, func(m *machine, ca *authority) func() {
		m.certificate(ca.server(m.t, 48*time.Hour, "127.0.0.1"))
		return func() { m.certificate(ca.server(m.t, 99*24*time.Hour, "127.0.0.1")) }
	}},
	{"an old TLS", "tls", doctor.Fail, "brought up to date", true, func(m *machine, ca *authority) func() {
		old := ca.server(m.t, 99*24*time.Hour, "127.0.0.1")
		old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		m.certificate(old)
		return func() { m.certificate(ca.server(m.t, 99*24*time.Hour, "127.0.0.1")) }
	}},
	{"plain http on an https address", "tls", doctor.Fail, "written http://", false,
		func(m *machine, _ *authority) func() {
			m.config["issuer"] = quoted(strings.Replace(m.site.issuer, "http:", "https:", 1))
			return func() { m.config["issuer"] = quoted(m.site.issuer) }
		}},

	{"no description", "discovery", doctor.Fail, "Check issuer for a missing or doubled part", false,
		func(m *machine, _ *authority) func() {
			m.config["issuer"] = quoted(m.site.issuer + "/realms/acme")
			return func() { m.config["issuer"] = quoted(m.site.issuer) }
		}},
	{"a hotel's page", "discovery", doctor.Fail, "sign-in page of the network", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{
				discovery: func(w http.ResponseWriter, _ *http.Request) {
					_, _ = w.Write([]byte("<h1>Welcome, room 12</h1>"))
				},
			})
			return func() { m.site.set(faults{}) }
		}},
	{"broken JSON", "discovery", doctor.Fail, "cannot be read", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{
			discovery: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"issuer": "x",,}`)) },
		})
		return func() { m.site.set(faults{}) }
	}},
	{"a redirect", "discovery", doctor.Fail, "that it sends to", false, func(m *machine, _ *authority) func() {
		real := m.site.issuer
		m.site.set(faults{
			discovery: http.RedirectHandler(real+"/moved/openid-configuration", http.StatusFound).ServeHTTP,
		})
		return func() { m.site.set(faults{}) }
	}},
	{
		"a template as the issuer", "issuer", doctor.Fail, "your own tenant", false,
		func(m *machine, _ *authority) func() {
			real := m.site.issuer
			m.site.set(faults{document: func(d map[string]any) { d["issuer"] = real + "/{tenantid}/v2.0" }})
			return func() { m.site.set(faults{}) }
		},
	},
	{"no jwks_uri", "discovery", doctor.Fail, "Set jwks_uri in the settings", false,
		func(m *machine, _ *authority) func() {
			real := ""
			m.site.set(faults{document: func(d map[string]any) {
				if uri, ok := d["jwks_uri"].(string); ok {
					real = uri
				}
				delete(d, "jwks_uri")
			}})
			return func() { m.config["jwks_uri"] = quoted(real) }
		}},
	{"an optional member of a wrong type", "metadata", doctor.Warn, "can mend it", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{document: func(d map[string]any) { d["grant_types_supported"] = "refresh_token" }})
			return func() { m.site.set(faults{}) }
		}},
	{"a description that moved", "discovery", doctor.Fail, "set discovery_url", false,
		func(m *machine, _ *authority) func() {
			real := m.site.issuer
			m.site.set(faults{document: func(d map[string]any) { d["issuer"] = real + "/tenant" }})
			m.site.mu.Lock()
			m.site.issuer = real
			m.site.mu.Unlock()
			m.config["issuer"] = quoted(real + "/tenant")
			return func() {
				m.config["discovery_url"] = quoted(real + "/.well-known/openid-configuration")
				m.site.set(faults{document: func(d map[string]any) {
					d["issuer"] = real + "/tenant"
					delete(d, "authorization_response_iss_parameter_supported")
				}, forgetful: true})
			}
		}},
	{"a slash too many", "issuer", doctor.Fail, "Set issuer to exactly what the provider says", false,
		func(m *machine, _ *authority) func() {
			m.config["issuer"] = quoted(m.site.issuer + "/")
			return func() { m.config["issuer"] = quoted(m.site.issuer) }
		}},
	{"an endpoint without TLS", "discovery", doctor.Fail, "have to be https addresses", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{
				document: func(d map[string]any) { d["token_endpoint"] = "http://id.acme.example/token" },
			})
			return func() { m.site.set(faults{}) }
		}},
	{"shared secrets as signatures", "algorithms", doctor.Fail, "Switch the provider to RS256 or ES256", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{
				document: func(d map[string]any) {
					d["id_token_signing_alg_values_supported"] = []string{"HS256", "none"}
				},
			})
			return func() {
				m.site.set(faults{
					document: func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"RS256"} },
				})
			}
		}},
	{"no keys", "keys", doctor.Fail, "has to answer with a JSON object", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{noKeys: true})
		return func() { m.site.set(faults{}) }
	}},
	{"a jwks_uri that is wrong", "keys", doctor.Fail, "Take jwks_uri out of the settings", false,
		func(m *machine, _ *authority) func() {
			m.config["jwks_uri"] = quoted(m.site.issuer + "/elsewhere")
			return func() { delete(m.config, "jwks_uri") }
		}},
	{"a private key in public", "keys.private", doctor.Fail, "replace that key at once", false,
		func(m *machine, _ *authority) func() {
			private, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				panic(err)
			}
			m.site.set(faults{keys: []jose.JSONWebKey{{Key: private, KeyID: "k1", Algorithm: "RS256"}}})
			return func() { m.site.set(faults{}) }
		}},
	{"weak keys", "keys", doctor.Fail, "RSA of 2,048 bits or more", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{keys: []jose.JSONWebKey{weakKey()}})
		return func() { m.site.set(faults{}) }
	}},
	// The test cannot set the machine's clock; the provider's is moved instead.
	{"a clock that is wrong", "clock", doctor.Fail, "Set the date", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{ahead: 20 * time.Minute})
		return func() { m.site.set(faults{}) }
	}},
	{"a clock that drifts", "clock", doctor.Warn, "automatic time", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{ahead: -45 * time.Second})
		return func() { m.site.set(faults{}) }
	}},
	{"PKCE without S256", "pkce", doctor.Fail, "Switch S256 on", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{
			document: func(d map[string]any) { d["code_challenge_methods_supported"] = []string{"plain"} },
		})
		return func() { m.site.set(faults{}) }
	}},
	{"PKCE that is not announced", "pkce", doctor.Warn, "list S256", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{document: func(d map[string]any) { delete(d, "code_challenge_methods_supported") }})
		return func() { m.site.set(faults{}) }
	}},
	{"no refresh tokens", "refresh", doctor.Warn, "Switch the refresh token grant on", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{
				document: func(d map[string]any) { d["grant_types_supported"] = []string{"authorization_code"} },
			})
			return func() { m.site.set(faults{}) }
		}},
	{"refresh tokens that nobody asks for", "refresh", doctor.Warn, "Set offline_access to auto", false,
		func(m *machine, _ *authority) func() {
			m.config["offline_access"] = `"off"`
			return func() { m.config["offline_access"] = `"auto"` }
		}},

	{"a redirect address that is not registered", "redirect", doctor.Fail, "Register the redirect address", false,
		func(m *machine, _ *authority) func() {
			port := freePort(m.t)
			m.config["redirect_ports"] = "[" + port + "]"
			m.site.set(faults{redirects: []string{"http://127.0.0.1/callback"}})
			return func() {
				m.site.set(faults{redirects: []string{"http://127.0.0.1:" + port + "/callback"}})
			}
		}},
	{"the wrong port", "redirect", doctor.Fail, "set redirect_ports to the registered ones", false,
		func(m *machine, _ *authority) func() {
			port := freePort(m.t)
			m.site.set(faults{redirects: []string{"http://127.0.0.1:" + port + "/callback"}})
			return func() { m.config["redirect_ports"] = "[" + port + "]" }
		}},
	{
		"a sign-in page for any redirect address", "redirect", doctor.Warn, "/callback for client desk, with any port",
		false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{blind: true})
			return func() { m.site.set(faults{}) } // no set-up can make this provider tell
		},
	},
	{
		"a sign-in page for any redirect address, with ports that are compared", "redirect", doctor.Warn,
		"Register exactly http://127.0.0.1:", false,
		func(m *machine, _ *authority) func() {
			m.config["redirect_ports"] = "[" + freePort(m.t) + "]"
			m.site.set(faults{blind: true})
			return func() { m.site.set(faults{}) }
		},
	},
	{"answers that are sent to any address", "redirect", doctor.Warn, "Then try a sign-in", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{anywhere: true})
			return func() { m.site.set(faults{}) }
		}},
	{"a client that is not known", "redirect", doctor.Fail, "Compare client_id with the provider's console", false,
		func(m *machine, _ *authority) func() {
			m.config["client_id"] = `"dsek"`
			return func() { m.config["client_id"] = `"desk"` }
		}},
	{"a scope that is not allowed", "redirect", doctor.Fail, `offline_access = "off"`, false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{
				scopes:   []string{"openid", "profile", "email"},
				document: func(d map[string]any) { d["scopes_supported"] = []string{"openid", "offline_access"} },
			})
			return func() { m.config["offline_access"] = `"off"` }
		}},
	{"an announced issuer that does not come", "redirect", doctor.Fail, "have to bear iss", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{forgetful: true})
			return func() { m.site.set(faults{}) }
		}},
	{"a secret that is missing", "client", doctor.Fail, "set it", false, func(m *machine, _ *authority) func() {
		m.site.set(faults{secret: clientSecret})
		return func() { m.config["client_secret"] = quoted(clientSecret) }
	}},
	{
		"a token endpoint that says nothing of a secret", "client", doctor.Warn, "Compare client_id and client_secret",
		false,
		func(m *machine, _ *authority) func() {
			m.config["client_secret"] = quoted(clientSecret)
			m.site.set(faults{secret: clientSecret, careless: true})
			return func() { m.site.set(faults{secret: clientSecret}) }
		},
	},
	{"a provider that says nothing of a client", "client", doctor.Warn, "Compare client_id with", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{blind: true, careless: true})
			return func() { m.site.set(faults{}) }
		}},
	{"a client without the grant", "client", doctor.Fail, "Register it as a native (public) client", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{refusal: "unauthorized_client"})
			return func() { m.site.set(faults{}) }
		}},
	{"a token endpoint that is none", "client", doctor.Fail, "Take token_endpoint out of the settings", false,
		func(m *machine, _ *authority) func() {
			m.config["token_endpoint"] = quoted(m.site.issuer + "/nothing")
			return func() { delete(m.config, "token_endpoint") }
		}},

	{"a userinfo endpoint that is none", "userinfo", doctor.Warn, "Take userinfo_endpoint out of the settings", false,
		func(m *machine, _ *authority) func() {
			m.config["userinfo_endpoint"] = quoted(m.site.issuer + "/nothing")
			return func() { delete(m.config, "userinfo_endpoint") }
		}},
	{
		"a revocation endpoint that is none", "revocation", doctor.Warn, "Take revocation_endpoint out of the settings",
		false,
		func(m *machine, _ *authority) func() {
			m.config["revocation_endpoint"] = quoted(m.site.issuer + "/nothing")
			return func() { delete(m.config, "revocation_endpoint") }
		},
	},
	{"a revocation endpoint that never answers", "revocation", doctor.Warn, "tell whoever runs the provider", false,
		func(m *machine, _ *authority) func() {
			m.site.set(faults{endpoint: func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/revoke" {
					_, _ = io.Copy(io.Discard, r.Body) // the server sees that the client has gone once the body is read
					<-r.Context().Done()
				}
			}})
			return func() { m.site.set(faults{}) }
		}},
	{"a sign-out page that takes no POST", "logout", doctor.Warn, `Set logout_style = "auto"`, false,
		func(m *machine, _ *authority) func() {
			m.config["logout_style"] = `"oidc"`
			return func() { m.config["logout_style"] = `"auto"` }
		}},
	{"endpoints on a host that cannot be reached", "userinfo", doctor.Warn, "open the way to that host", false,
		func(m *machine, _ *authority) func() {
			gone := "http://127.0.0.1:" + strconv.Itoa(closedPort(m.t))
			m.site.set(faults{document: func(d map[string]any) { d["userinfo_endpoint"] = gone + "/userinfo" }})
			return func() { m.site.set(faults{}) }
		}},
	{
		"a window that may stay empty", "window", doctor.Warn,
		"take WEBKIT_DISABLE_DMABUF_RENDERER=0 out of the environment", false,
		func(m *machine, _ *authority) func() {
			m.env["WEBKIT_DISABLE_DMABUF_RENDERER"] = "0"
			return func() { delete(m.env, "WEBKIT_DISABLE_DMABUF_RENDERER") }
		},
	},

	{"a port that is taken", "", doctor.Fail, "Close the program that holds it", false,
		func(m *machine, _ *authority) func() {
			l, port := heldPort(m.t)
			m.config["redirect_ports"] = "[" + port + "]"
			return func() { _ = l.Close() }
		}},
	{"the first of two ports that is taken", "", doctor.Warn, "set redirect_ports to others", false,
		func(m *machine, _ *authority) func() {
			_, port := heldPort(m.t)
			m.config["redirect_ports"] = "[" + port + ", 0]"
			return func() { m.config["redirect_ports"] = "[0]" }
		}},
	{"a browser that is not there", "browser", doctor.Fail, "Set BROWSER to a program", false,
		func(m *machine, _ *authority) func() {
			path := m.env["PATH"]
			m.env["PATH"], m.env["BROWSER"] = m.home, "/nowhere/firefox"
			return func() { m.env["PATH"], m.env["BROWSER"] = path, "true" }
		}},
	{"a browser that is not there, and the system's", "browser", doctor.Warn, "Set BROWSER to a program", false,
		func(m *machine, _ *authority) func() {
			path := m.env["PATH"]
			usual := m.write("#!/bin/sh\n", "usual", "xdg-open")
			if err := os.Chmod(usual, 0o700); err != nil {
				m.t.Fatal(err)
			}
			m.env["PATH"], m.env["BROWSER"] = filepath.Dir(usual), "'/nowhere/fire fox' %s"
			return func() { m.env["PATH"], m.env["BROWSER"] = path, "true" }
		}},
	{"no program to open a browser", "browser", doctor.Fail, "or set BROWSER", false,
		func(m *machine, _ *authority) func() {
			path := m.env["PATH"]
			m.env["PATH"], m.env["BROWSER"] = m.home, ""
			return func() { m.env["PATH"], m.env["BROWSER"] = path, "true" }
		}},
	{"a file in the data folder's place", "folder", doctor.Fail, "Make the folder yours and writable", false,
		func(m *machine, _ *authority) func() {
			path := m.write("", ".local", "share", "latchkey")
			return func() { _ = os.Remove(path) }
		}},
	{"no keychain", "keychain", doctor.Fail, `Set store = "file"`, false, func(m *machine, _ *authority) func() {
		m.env["LATCHKEY_STORE"], m.env["LATCHKEY_STORE_PASSPHRASE"] = "keychain", ""
		return func() { m.env["LATCHKEY_STORE"], m.env["LATCHKEY_STORE_PASSPHRASE"] = "file", passphrase }
	}},
	{"a vault that is damaged", "vault", doctor.Fail, "Sign in again", false, func(m *machine, _ *authority) func() {
		m.write("not a vault", ".local", "share", "latchkey", "vault")
		return m.setAside
	}},
	{"a vault of a newer version", "vault", doctor.Fail, "Sign in again", false, func(m *machine, _ *authority) func() {
		m.write("{\"latchkey\":\"vault\",\"v\":99}\n", ".local", "share", "latchkey", "vault")
		return m.setAside
	}},
	{"a passphrase that is wrong", "vault", doctor.Fail, "set the one that the vault was made with", false,
		func(m *machine, _ *authority) func() {
			m.sealed()
			m.env["LATCHKEY_STORE_PASSPHRASE"] = "wrong horse battery"
			return func() { m.env["LATCHKEY_STORE_PASSPHRASE"] = passphrase }
		}},
	{"a passphrase that is not given", "vault", doctor.Warn, "store_passphrase_file", false,
		func(m *machine, _ *authority) func() {
			m.sealed()
			delete(m.env, "LATCHKEY_STORE_PASSPHRASE")
			return func() { m.env["LATCHKEY_STORE_PASSPHRASE_FILE"] = m.write(passphrase+"\n", "passphrase") }
		}},
	{"a vault that others can read", "vault", doctor.Warn, "chmod 600 what is in it", false,
		func(m *machine, _ *authority) func() {
			path := m.sealed()
			if err := os.Chmod(path, 0o644); err != nil {
				m.t.Fatal(err)
			}
			return func() { _ = os.Chmod(path, 0o600) }
		}},
}
