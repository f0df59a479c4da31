package network

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jcmturner/gokrb5/v8/keytab"

	"app.latchkey/internal/doctor"
	"app.latchkey/test/gateway"
)

// realm is a company's Kerberos on loopback (MIT's), with the person ada and a proxy on localhost.
type realm struct {
	t    *testing.T
	dir  string
	env  []string
	keys *keytab.Keytab
}

func newRealm(t *testing.T) *realm {
	t.Helper()
	r := &realm{t: t, dir: t.TempDir()}
	at := nobody(t)
	r.write("krb5.conf", "[libdefaults]\n default_realm = ACME.TEST\n dns_lookup_kdc = false\n rdns = false\n"+
		" udp_preference_limit = 1\n[realms]\n ACME.TEST = {\n  kdc = "+at+"\n }\n"+
		"[domain_realm]\n localhost = ACME.TEST\n")
	r.write("kdc.conf", fmt.Sprintf("[kdcdefaults]\n kdc_listen = %s\n kdc_tcp_listen = %s\n[realms]\n ACME.TEST = {\n"+
		"  database_name = %s/principal\n  key_stash_file = %s/stash\n  acl_file = %s/acl\n }\n",
		at, at, r.dir, r.dir, r.dir))
	r.env = append(os.Environ(), "KRB5_CONFIG="+r.dir+"/krb5.conf", "KRB5_KDC_PROFILE="+r.dir+"/kdc.conf",
		"KRB5CCNAME=FILE:"+r.dir+"/cache", "PATH="+os.Getenv("PATH")+":/usr/sbin")
	r.run("", "kdb5_util", "create", "-s", "-P", "master", "-r", "ACME.TEST")
	for _, query := range []string{
		"addprinc -pw pw ada", "addprinc -randkey HTTP/localhost", "ktadd -k " + r.dir + "/keytab HTTP/localhost",
	} {
		r.run("", "kadmin.local", "-q", query)
	}
	kdc := r.command("krb5kdc", "-n")
	says, err := kdc.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	kdc.Stdout = kdc.Stderr
	if err := kdc.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kdc.Process.Kill(); _ = kdc.Wait() })
	if line, err := bufio.NewReader(says).ReadString('\n'); err != nil || !strings.Contains(line, "starting") {
		t.Fatalf("krb5kdc: %s %v", line, err)
	}
	if r.keys, err = keytab.Load(r.dir + "/keytab"); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *realm) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(r.dir+"/"+name, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *realm) command(name string, args ...string) *exec.Cmd {
	path := name
	if found, err := exec.LookPath("/usr/sbin/" + name); err == nil {
		path = found
	}
	cmd := exec.Command(path, args...)
	cmd.Env = r.env
	return cmd
}

func (r *realm) run(in, name string, args ...string) {
	r.t.Helper()
	cmd := r.command(name, args...)
	cmd.Stdin = strings.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// A machine whose only way out is GNOME's automatic configuration with a proxy that demands a ticket: without one the
// person reads what to do, and with one is signed in.
func TestAProxyThatTakesTickets(t *testing.T) {
	r := newRealm(t)
	o := newOffice(t)
	for _, name := range []string{"KRB5_CONFIG=" + r.dir + "/krb5.conf", "KRB5CCNAME=FILE:" + r.dir + "/cache"} {
		key, value, _ := strings.Cut(name, "=")
		o.env[key] = value
	}
	at := gateway.Start(t, &gateway.Proxy{To: o.at, Admit: gateway.Negotiate(r.keys)})
	o.gnome(script(t, strings.Replace(at, "127.0.0.1", "localhost", 1)))
	_, errs, code := o.run("signin", "--timeout", "20s")
	for _, want := range []string{"localhost:", "named by GNOME's settings, by http://", "negotiate", "kinit"} {
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("without a ticket: exit code %d, %q is not said: %s", code, want, errs)
		}
	}
	if f := o.finding("proxy"); f.Status != doctor.Fail || !strings.Contains(f.Advice, "kinit") ||
		!strings.Contains(f.Detail, "klist") {
		t.Errorf("without a ticket: %+v", f)
	}
	r.run("pw\n", "kinit", "ada")
	o.goesThrough("(GNOME's settings, by http://")
}
