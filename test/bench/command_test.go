//go:build bench

package bench

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/test/bench/instant"
)

// commands measures latchkeyctl.
func (b *bench) commands() {
	b.signIn()
	b.signInOverTLS()
	b.roundTrips()
	b.token()
	b.sizes()
}

// signIn measures from the program's start until the sign-in is stored, with a browser that answers at once.
func (b *bench) signIn() {
	b.t.Helper()
	d := b.machine
	reference := func(name string) func() float64 {
		return func() float64 {
			return ms(d.firstLine(d.command(name, d.idp.Issuer(), instant.ClientID, d.program["browse"])))
		}
	}
	f := inTurn(b.runs, func() float64 { return ms(d.firstLine(d.command("latchkeyctl", "signin"))) },
		reference("plain"), reference("durable"))
	b.versus("`latchkeyctl signin`, from start to signed in and stored in the keychain's vault", f[0], f[1], "ms",
		"x/oauth2 + go-oidc, nothing stored", "≤ 1.35")
	b.versus("… beside a durable one", f[0], f[2], "ms",
		"the same with an item of the keychain, the write proven and durable, the browser's user looked up", "")
}

// signInOverTLS measures a sign-in at a provider over TLS, and counts the handshakes.
func (b *bench) signInOverTLS() {
	b.t.Helper()
	d := b.machine
	idp, err := instant.StartTLS()
	if err != nil {
		b.t.Fatal(err)
	}
	defer idp.Close()
	ca := filepath.Join(d.home, "ca.pem")
	if err := os.WriteFile(ca, idp.CA(), 0o600); err != nil {
		b.t.Fatal(err)
	}
	env := append(slices.Clone(d.env), "LATCHKEY_ISSUER="+idp.Issuer(), "LATCHKEY_CA_FILE="+ca, "SSL_CERT_FILE="+ca,
		"XDG_DATA_HOME="+d.folder("data-tls"))
	handshakes := [3]figure{}
	each := func(i int, name string, args ...string) func() float64 {
		return func() float64 {
			cmd := d.command(name, args...)
			cmd.Env = env
			idp.Connections()
			took := d.firstLine(cmd)
			handshakes[i] = append(handshakes[i], float64(idp.Connections()))
			return ms(took)
		}
	}
	f := inTurn(b.runs, each(0, "latchkeyctl", "signin"),
		each(1, "plain", idp.Issuer(), instant.ClientID, d.program["browse"]),
		each(2, "durable", idp.Issuer(), instant.ClientID, d.program["browse"]))
	b.versus("`latchkeyctl signin` over TLS", f[0], f[1], "ms", "x/oauth2 + go-oidc over TLS, nothing stored", "≤ 1.35")
	b.versus("… beside a durable one over TLS", f[0], f[2], "ms", "the same as above, over TLS", "")
	b.add("TLS handshakes of a sign-in, the browser's left out", fmt.Sprintf("%.0f", handshakes[0].median()),
		fmt.Sprintf("%.0f x/oauth2 + go-oidc", handshakes[1].median()), "", "1")
}

// roundTrips counts the requests to the provider. With 50 ms added to every answer it shows that requests run side by
// side wherever they can.
func (b *bench) roundTrips() {
	b.t.Helper()
	d := b.machine
	d.idp.Counts()
	d.run("latchkeyctl", "signin")
	asked := d.idp.Counts()
	after := asked["/token"] + asked["/userinfo"]
	others := []string{}
	for path, n := range asked {
		others = append(others, fmt.Sprintf("%s %d", path, n))
	}
	slices.Sort(others)
	b.add("round trips from the callback to signed in", strconv.Itoa(after)+" (token, userinfo)",
		"in all: "+strings.Join(others, ", "), "", "2")
	const delay = 50 * time.Millisecond
	back := func() float64 {
		cmd := d.command("latchkeyctl", "signin")
		began := time.Now()
		took := d.firstLine(cmd)
		return ms(took - d.idp.SentBack().Sub(began))
	}
	at := make([]float64, 2)
	for i, added := range []time.Duration{0, delay} {
		d.idp.Delay.Store(int64(added))
		at[i] = inTurn(max(b.runs/6, 3), back)[0].median()
	}
	d.idp.Delay.Store(0)
	b.add("from the callback to signed in, 50 ms added to every answer", format(at[1])+" ms",
		format(at[0])+" ms with nothing added", fmt.Sprintf("%+.1f round trips", (at[1]-at[0])/ms(delay)), "+2")
}

// token measures the token from a stored session.
func (b *bench) token() {
	b.t.Helper()
	d := b.machine
	d.run("latchkeyctl", "signin")
	cache := d.folder("kubelogin")
	id, err := d.idp.IDToken("n")
	if err != nil {
		b.t.Fatal(err)
	}
	d.run("seed", cache, d.idp.Issuer(), instant.ClientID, id)
	d.idp.Counts()
	get := []string{
		"get-token", "--oidc-issuer-url=" + d.idp.Issuer(), "--oidc-client-id=" + instant.ClientID,
		"--token-cache-dir=" + cache,
	}
	f := inTurn(3*b.runs, wall(d.command, "latchkeyctl", "token"), wall(d.command, "floor"),
		wall(d.command, "floor-library"), wall(d.command, "floor-linked"), wall(d.command, "kubelogin", get...))
	if asked := d.idp.Counts(); len(asked) > 0 {
		b.t.Fatalf("the provider was asked: %v", asked)
	}
	b.versus("`latchkeyctl token` from a stored session, keychain store", f[0], f[1], "ms",
		"a program that reads one item of the keychain", "≤ 1.20")
	b.versus("… beside the same with the keychain library linked in", f[0], f[2], "ms",
		"which connects to the bus when it is imported", "")
	b.versus("… beside the same with all packages of `latchkeyctl` linked in", f[0], f[3], "ms",
		"which are initialised when they are imported", "")
	b.versus("… beside a token from a plain file", f[0], f[4], "ms", "`kubelogin get-token` v1.28.0", "≤ 1.30")
	b.start()
}

// start measures latchkeyctl's start beside an empty program and beside two that are initialised and do nothing.
func (b *bench) start() {
	b.t.Helper()
	d := b.machine
	f := inTurn(3*b.runs, wall(d.command, "latchkeyctl", "version"), wall(d.command, "nothing"),
		wall(d.command, "given"), wall(d.command, "linked"))
	b.versus("`latchkeyctl version`: the program's own start", f[0], f[1], "ms", "an empty Go program of the same size",
		"≤ 1.20")
	b.versus("… beside the given libraries", f[0], f[2], "ms",
		"a program that imports x/oauth2, go-oidc, the keychain library, net/http and cobra", "")
	b.versus("… beside all packages of `latchkeyctl`", f[0], f[3], "ms", "a program that imports them", "")
}

func (b *bench) sizes() {
	b.t.Helper()
	size := func(name string) figure { return one(float64(b.machine.size(name)) / (1 << 20)) }
	b.versus("size of `latchkeyctl`", size("latchkeyctl"), size("kubelogin"), "MiB", "kubelogin", "")
	b.versus("size of `latchkey`", size("latchkey"), size("emptyapp"), "MiB", "empty Wails app", "")
	ours, worst := b.inits("latchkeyctl")
	theirs, _ := b.inits("kubelogin")
	b.versus("initialisation of all packages of `latchkeyctl` (inittrace)", ours, theirs, "ms", "kubelogin", "")
	b.add("… the dearest of them", worst, "", "", "")
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`)

// inits returns the median time that a program initialises for, and the four
// packages that take most of it.
func (b *bench) inits(name string) (figure, string) {
	b.t.Helper()
	each := map[string]figure{}
	sums := inTurn(max(b.runs/4, 3), func() float64 {
		cmd := b.machine.command(name, "version")
		cmd.Env = append(slices.Clone(cmd.Env), "GODEBUG=inittrace=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.t.Fatalf("%s version: %v\n%s", name, err, out)
		}
		sum := 0.0
		for _, m := range initLine.FindAllStringSubmatch(string(out), -1) {
			v, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				b.t.Fatal(err)
			}
			each[m[1]] = append(each[m[1]], v)
			sum += v
		}
		return sum
	})
	names := []string{}
	for n := range each {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(each[b].median(), each[a].median()) })
	var worst []string
	for _, n := range names[:min(4, len(names))] {
		worst = append(worst, fmt.Sprintf("%s %.2f", n, each[n].median()))
	}
	return sums[0], strings.Join(worst, ", ") + " ms"
}

// wall measures a whole run of a program.
func wall(command func(string, ...string) *exec.Cmd, name string, args ...string) func() float64 {
	return func() float64 {
		cmd := command(name, args...)
		began := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%s: %v\n%s", name, err, out))
		}
		return ms(time.Since(began))
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
