package archtest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "draw docs/architecture.svg anew")

// floors are the rows of the picture: packages that the rows above may use.
var floors = [][]string{
	{"signin", "connect"},
	{"desktop", "wire", "program"},
	{"ui"},
	{"doctor", "problem"},
	{"account", "openid", "loopback", "browser"},
	{"session", "settings", "vault", "proxy"},
	{"provider", "proof"},
	{"claims", "picture", "nobus", "logfile", "learned", "managed", "rollout"},
	{"cleantext", "secret", "weburl", "atomicfile", "datafile"},
	{"clock", "late", "peer", "startenv", "quiethttp", "ownfolder"},
	{"awake", "online", "autostart", "notify"},
	{"demoidp", "robot", "devguard"},
}

// signs are what the picture says under a package's name: what it is for, what it reaches.
var signs = map[string][2]string{
	"signin": {"the public package", "by the packages below"},
	"wire":   {"the wiring of both programs", ""}, "clock": {"a test's clock", ""},
	"program": {"name, version, team's settings", ""},
	"late":    {"a page after the end", "starts a process"}, "peer": {"whose program answers", "the system's tables"},
	"startenv": {"cleans the environment", ""}, "quiethttp": {"no headers in logs", ""},
	"doctor":  {"checks a set-up", "network, loopback"},
	"connect": {"settings to the window", "by the packages below"},
	"desktop": {"all of Wails", "disk: window.json"}, "ui": {"what the window shows", ""},
	"problem": {"errors to words", ""},
	"account": {"who is signed in", "its Client: network"},
	"openid":  {"speaks OpenID Connect", "network"}, "loopback": {"receives the redirect", "listens"},
	"browser": {"opens an address", "starts a process"},
	"session": {"what a sign-in leaves", ""}, "settings": {"sources to settings", "reads settings"},
	"provider": {"one provider, described", ""}, "vault": {"one sealed file", "disk, keychain"},
	"cleantext": {"text fit to be shown", ""}, "proof": {"binds tokens to a key", "hardware: TPM"},
	"datafile": {"tables built in", ""},
	"weburl":   {"judges an address", ""}, "atomicfile": {"one durable write", "disk"},
	"proxy":  {"the way of each address", "network"},
	"secret": {"a text never printed", ""}, "nobus": {"starts no D-Bus", ""}, "ownfolder": {"whose folder it is", ""},
	"claims":  {"claims in words", ""},
	"picture": {"one image, made anew", "network"}, "logfile": {"log lines, rotated", "disk"},
	"online":    {"tells of a changed network", "the routing socket"},
	"awake":     {"holds off sleep", "logind, a process"},
	"autostart": {"starts with the desktop", "one entry"}, "notify": {"notifies by the desktop", "the session's bus"},
	"learned": {"what providers need", "disk"},
	"demoidp": {"a company's sign-in", "demo builds alone"}, "robot": {"a scripted browser", "demo builds and tests"},
	"managed": {"the system's policies", "registry, preferences"}, "rollout": {"files for administrators", ""},
	"devguard": {"keeps web pages out", "development builds alone"},
}

const (
	boxWidth, boxHeight  = 150, 56
	betweenX, betweenY   = 18, 46
	pictureWidth, margin = 1200, 20
)

// draw draws the table of packages. The arrows of the wiring are left out, since it uses every package.
func draw() string {
	at := map[string][2]int{}
	for y, floor := range floors {
		left := (pictureWidth - len(floor)*boxWidth - (len(floor)-1)*betweenX) / 2
		for x, name := range floor {
			at[name] = [2]int{left + x*(boxWidth+betweenX), margin + 76 + y*(boxHeight+betweenY)}
		}
	}
	var b strings.Builder
	height := margin + 76 + len(floors)*(boxHeight+betweenY)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" `+
		`font-size="12" text-anchor="middle">`+"\n", pictureWidth, height)
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" ` +
		`orient="auto"><path d="M0 0 8 4 0 8z" fill="#8c8478"/></marker></defs>` + "\n")
	b.WriteString(`<rect width="100%" height="100%" fill="#faf8f4"/>` + "\n")
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="50" rx="10" fill="#8a5a00"/><text x="%d" y="%d" `+
		`fill="#fff" font-weight="600">latchkey: main.go, app*.go · latchkeyctl: cmd/latchkeyctl</text><text x="%d" `+
		`y="%d" fill="#fff">wired by internal/wire; they may use every package</text>`+"\n",
		margin, margin, pictureWidth-2*margin, pictureWidth/2, margin+21, pictureWidth/2, margin+39)
	for _, from := range slices.Sorted(maps.Keys(at)) {
		if from == "wire" || from == "program" || from == "demoidp" {
			continue
		}
		for _, to := range packages[from] {
			a, z := at[from], at[to]
			y1, y2 := a[1]+boxHeight, z[1]
			if a[1] == z[1] {
				y1, y2 = a[1]+boxHeight/2, z[1]+boxHeight/2
			}
			fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#8c8478" marker-end="url(#tip)"/>`+"\n",
				a[0]+boxWidth/2, y1, z[0]+boxWidth/2, y2)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(at)) {
		x, y := at[name][0], at[name][1]
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="#fff" stroke="#e6e1d8"/><text `+
			`x="%d" y="%d" font-weight="600" fill="#1f1c17">%s</text><text x="%d" y="%d" font-size="10" `+
			`fill="#6a6359">%s</text><text x="%d" y="%d" font-size="10" fill="#8a5a00">%s</text>`+"\n",
			x, y, boxWidth, boxHeight, x+boxWidth/2, y+18, name, x+boxWidth/2, y+33, signs[name][0], x+boxWidth/2, y+48,
			signs[name][1])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// The picture is drawn from the table, and has every package that is not below another one.
func TestThePictureIsTheTable(t *testing.T) {
	drawn := slices.Concat(floors...)
	for name := range packages {
		if !strings.Contains(name, "/") && name != "archtest" &&
			(!slices.Contains(drawn, name) || signs[name][0] == "") {
			t.Errorf("package %s has no place, or no sign, in the picture", name)
		}
	}
	const path = "../../docs/architecture.svg"
	if *update {
		if err := os.WriteFile(path, []byte(draw()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != draw() {
		t.Errorf("%s is not of this table (%v): go test ./internal/archtest -update", path, err)
	}
}
