package loopback

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"sync"
)

// page is what the person sees in the browser. Its texts may come from a provider: html/template escapes them.
type page struct {
	App, Title, Text string
	OK, Bad          bool
	Last             bool          // nothing is left to do in this tab
	Script           template.HTML // of ours
}

// mark is the product's mark: build/appicon.svg in two colours, as in the window.
const mark = `<p class="mark"><svg viewBox="0 0 52 52" aria-hidden="true"><rect width="52" height="52" ` +
	`rx="14"/><circle cx="23.8" cy="17.9" r="6.4"/><path d="M23.8 24.3V39H35M23.8 32.4H30"/></svg>{{.App}}</p>`

// icon is the mark in the browser's tab.
const icon = `<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 52 ` +
	`52' fill='none' stroke='%23fff' stroke-width='4' stroke-linecap='round' stroke-linejoin='round'%3E%3Crect ` +
	`width='52' height='52' rx='14' fill='%238a5a00' stroke='none'/%3E%3Ccircle cx='23.8' cy='17.9' ` +
	`r='6.4'/%3E%3Cpath d='M23.8 24.3V39H35M23.8 32.4H30'/%3E%3C/svg%3E">`

const style = `:root{color-scheme:light dark;--paper:#faf8f4;--ink:#1f1c17;--ink-2:#6a6359;--line:#e6e1d8;
--surface:#fff;--good:#1d7a4c;--bad:#b3261e;--brass:#8a5a00;--key:#fff;--focus:#1a66d6}
@media (prefers-color-scheme:dark){:root{--paper:#161512;--ink:#f3efe7;--ink-2:#a9a196;--line:#35312a;
--surface:#1f1d19;--good:#63c793;--bad:#ff8f86;--brass:#e0b04a;--key:#1f1600;--focus:#7fb0ff}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);
font:400 15px/1.5 system-ui,"Segoe UI",Cantarell,"Noto Sans",sans-serif}
main{max-width:420px;width:100%;background:var(--surface);border:1px solid var(--line);
border-radius:16px;padding:32px;overflow-wrap:anywhere}
.mark{display:flex;align-items:center;gap:12px;margin-bottom:32px;font-weight:600}
.mark svg{width:36px;height:36px;margin:0;color:var(--key);fill:none;stroke:currentColor;stroke-width:4;
stroke-linecap:round;stroke-linejoin:round}.mark rect{fill:var(--brass);stroke:none}
svg{width:44px;height:44px;margin-bottom:20px;color:var(--brass)}.ok>svg{color:var(--good)}.bad>svg{color:var(--bad)}
h1{font-size:24px;line-height:1.2;font-weight:650;letter-spacing:-.02em}
p{margin-top:8px;color:var(--ink-2)}
button{margin-top:24px;width:100%;min-height:44px;border:1px solid var(--line);border-radius:10px;
background:none;color:inherit;font:inherit;font-weight:500;cursor:pointer}
button:hover{border-color:var(--ink-2)}button[hidden]{display:none}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}`

var (
	styleHash = hash(style)
	body      = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">` + icon + `
<title>{{.Title}} · {{.App}}</title><style>` + style + `</style>
<main class="{{if .OK}}ok{{else if .Bad}}bad{{end}}">` + mark +
			`<svg viewBox="0 0 52 52" fill="none" stroke="currentColor" stroke-width="4"
stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
<circle cx="26" cy="26" r="23"/>{{if .OK}}<path d="m16 27 7 7 14-15"/>
{{else if .Bad}}<path d="M26 14v16M26 37v.5"/>{{else}}<path d="M26 14v12l8 6"/>{{end}}</svg>
<h1 dir="auto">{{.Title}}</h1><p dir="auto">{{.Text}}</p>
{{if .Last}}<button type="button" hidden>Close this tab</button>{{end}}
</main>{{.Script}}</html>
`))
	})
)

// closes closes the tab where a browser lets a page do that: when the tab has shown nothing else (HTML §7.2.2.1,
// "script-closable"). After a sign-in that worked it does so by itself; what went wrong stays to be read.
const closes = `if(history.length<2){const b=document.querySelector("button");b.hidden=false;b.onclick=()=>close();` +
	`if(document.querySelector(".ok"))setTimeout(close,4000)}`

var closesHash = hash(closes)

// toQuery moves what a browser keeps behind a # into a query, where it is judged.
const toQuery = `if(location.hash.length>1)location.replace("` + fragmentPath + `?"+location.hash.slice(1))`

var toQueryHash = hash(toQuery)

// renderFragment answers a request without a query. A provider that answers behind a
// # (response_mode fragment) sends one; only a script in the page can see the rest.
func renderFragment(w http.ResponseWriter, app string) {
	w.Header().Set("Content-Security-Policy", policy("script-src 'sha256-"+toQueryHash+"'; "))
	render(w, http.StatusBadRequest, page{
		App: app, Script: template.HTML("<script>" + toQuery + "</script>"), // #nosec G203 -- a constant
		Title: "That was not for this sign-in", Text: "This address has no answer in it. The app is still waiting " +
			"for yours.",
	})
}

// policy is the Content-Security-Policy of a page; script begins the allowance of one.
func policy(script string) string {
	return "default-src 'none'; " + script + "style-src 'sha256-" + styleHash +
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// render writes the page. Nothing of it may be stored, framed, or tell another site where the person came from.
func render(w http.ResponseWriter, status int, p page) {
	if p.Last {
		w.Header().Set("Content-Security-Policy", policy("script-src 'sha256-"+closesHash+"'; "))
		p.Script = "<script>" + closes + "</script>"
	}
	_ = write(w, status, body(), p)
}

// write executes the template and sends the whole page at once. It reports whether that went well.
func write(w http.ResponseWriter, status int, of *template.Template, data any) bool {
	var out bytes.Buffer
	if err := of.Execute(&out, data); err != nil {
		http.Error(w, "You can close this tab and look at the app.", http.StatusInternalServerError)
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
	_ = http.NewResponseController(w).Flush()
	return true
}

// secure sets the headers of every answer.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy(""))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
