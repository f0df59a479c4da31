package demoidp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"strings"
)

const style = `:root{color-scheme:light dark;--paper:#faf8f4;--surface:#fff;--ink:#1f1c17;--ink-2:#6a6359;--line:#e6e1d8;--brass:#8a5a00;--brass-soft:#f5ead3;--focus:#1a66d6}
@media (prefers-color-scheme:dark){:root{--paper:#161512;--surface:#1f1d19;--ink:#f3efe7;--ink-2:#a9a196;--line:#35312a;--brass:#e0b04a;--brass-soft:#332a14;--focus:#7fb0ff}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:400 15px/1.5 system-ui,"Segoe UI",Cantarell,"Noto Sans",sans-serif}
main{width:100%;max-width:440px;background:var(--surface);border:1px solid var(--line);border-radius:16px;padding:32px}
h1{font-size:24px;line-height:1.2;font-weight:650;letter-spacing:-.02em}
p{color:var(--ink-2);margin-top:8px}
ul{list-style:none;padding:0;margin:24px 0 16px;display:grid;grid-template-columns:minmax(0,1fr);gap:8px}
button{font:inherit;color:inherit;width:100%;min-height:44px;border-radius:10px;border:1px solid var(--line);background:none;cursor:pointer;padding:8px 12px;text-align:start}
button:hover{border-color:var(--brass)}button:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.person{display:flex;gap:12px;align-items:center;width:100%}.hint{border-color:var(--brass);background:var(--brass-soft)}
.face{flex:none;width:40px;height:40px;border-radius:50%;background:var(--brass-soft);color:var(--brass);display:grid;place-items:center;font-weight:600;object-fit:cover}
.who{min-width:0;flex:1}.who b,.who span{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.who b{font-weight:600}.who span{font-size:13px;color:var(--ink-2)}
.cancel{text-align:center;font-weight:500}
footer{margin-top:20px;padding-top:16px;border-top:1px solid var(--line);font-size:13px;color:var(--ink-2)}`

var csp = "default-src 'none'; style-src 'sha256-" + styleHash() + "'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// The form posts here and is then redirected to the client's loopback port, so
// form-action stays unset: browsers apply it to the redirect too.
const frame = `{{define "head"}}<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>{{.}}</title><style>` + style + `</style><main>{{end}}
{{define "foot"}}<footer>This is a demo provider on this computer. Nobody here is real, and nothing leaves it.</footer></main></html>{{end}}`

func page(name, body string) *template.Template {
	return template.Must(template.Must(template.New(name).Parse(frame)).Parse(body))
}

var (
	loginPage = page("login", `{{template "head" "Sign in · Latchkey demo"}}
<h1>Who are you today?</h1><p>Choose a person to sign in as. A real provider would ask for a password, a magic link or your company.</p>
<form method="post" action="`+pathLogin+`"><input type="hidden" name="request" value="{{.Request}}"><input type="hidden" name="csrf" value="{{.CSRF}}">
<ul>{{range .People}}<li><button name="person" value="{{.ID}}"{{if .Hinted}} class="hint" autofocus{{end}}><span class="person">
{{if .Picture}}<img class="face" src="`+pathPicture+`{{.ID}}.png" alt="" width="40" height="40">{{else}}<span class="face" aria-hidden="true">{{.Initials}}</span>{{end}}
<span class="who"><b dir="auto">{{.Name}}</b><span>{{.Email}} · {{.Role}}</span></span></span></button></li>
{{end}}</ul><button class="cancel" name="cancel" value="1">Cancel</button></form>{{template "foot"}}`)
	expiredPage   = page("expired", `{{template "head" "Too late · Latchkey demo"}}<h1>This sign-in is over</h1><p>Go back to the app and begin again there.</p>{{template "foot"}}`)
	foreignPage   = page("foreign", `{{template "head" "Not from here · Latchkey demo"}}<h1>That did not come from this page</h1><p>Go back to the app and begin again there.</p>{{template "foot"}}`)
	signedOutPage = page("signed-out", `{{template "head" "Signed out · Latchkey demo"}}<h1>You are signed out here</h1><p>You can close this tab.</p>{{template "foot"}}`)
)

// loginData is what the page shows. The form's fields are person (an ID), or
// cancel, with request and csrf as they stand in the page.
type loginData struct {
	Request, CSRF string
	People        []choice
}

type choice struct {
	person
	Initials string
	Hinted   bool
}

// choices marks the person whom the client's login_hint or the session means.
func choices(hint, session string) []choice {
	var out []choice
	for _, p := range people {
		c := choice{person: p, Hinted: p.ID == session && hint == "" || hint != "" && (strings.EqualFold(hint, p.Email) || hint == p.ID)}
		for _, word := range firstTwo(strings.Fields(p.Name)) {
			c.Initials += string([]rune(word)[:1])
		}
		out = append(out, c)
	}
	return out
}

func render(w http.ResponseWriter, status int, t *template.Template, data any) {
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		http.Error(w, "No page.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// servePicture draws a person's picture: head and shoulders before a sky.
func servePicture(w http.ResponseWriter, r *http.Request) {
	p, ok := personByID(strings.TrimSuffix(r.PathValue("name"), ".png"))
	if !ok || !p.Picture {
		http.NotFound(w, r)
		return
	}
	const size = 192
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.Set(x, y, pixel(float64(x)/size, float64(y)/size, p.Hue))
		}
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, img)
}

func pixel(x, y float64, hue int) color.Color {
	soft := func(d float64) float64 { return math.Min(1, math.Max(0, 0.5-d*120)) } // about a pixel wide
	head := soft(math.Hypot(x-0.5, (y-0.4)*0.92) - 0.17)
	body := soft(math.Hypot((x-0.5)*0.8, y-1.02) - 0.36)
	r, g, b := hsl(float64(hue), 0.55, 0.80-0.25*y)
	dr, dg, db := hsl(float64(hue), 0.50, 0.28)
	front := math.Max(head, body)
	mix := func(back, fore float64) uint8 { return uint8(255 * (back*(1-front) + fore*front)) }
	return color.RGBA{mix(r, dr), mix(g, dg), mix(b, db), 255}
}

func hsl(h, s, l float64) (r, g, b float64) {
	f := func(n float64) float64 {
		k := math.Mod(n+h/30, 12)
		return l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))
	}
	return f(0), f(8), f(4)
}

func firstTwo(words []string) []string { return words[:min(2, len(words))] }
