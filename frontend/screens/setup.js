// A provider is set up: the first one, or another in place of it. A person chooses the
// provider, fills in what its preset cannot know, checks it, and signs in.
import * as bridge from "../bridge.js";
import { act, announce, el, mark } from "../dom.js";
import { ring } from "../icons.js";
import { finding, rank } from "../parts/finding.js";
import { footer, pageHead, screen } from "../parts/page.js";
import { redirects } from "../parts/redirects.js";
import { setupField } from "../parts/setupfield.js";
import { source, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.SetupView} SetupView */
/** @typedef {import("../wailsjs/go/models").ui.FindingView} FindingView */

/** @returns {import("../main.js").Screen} */
export function setup() {
  const head = pageHead(text.setupPage);
  const title = el("h1");
  const lead = el("p", { class: "lead", text: text.setupLead });
  const welcome = el("div", {}, [mark(), title, lead]);
  const before = el("p", { class: "quiet" });
  const choice = el("select", { class: "input", id: "setup-provider" });
  const fixed = el("p", { class: "quiet where" });
  const fields = el("div", { class: "setup-fields" });
  const addresses = redirects();
  const why = el("p", { class: "error lines", role: "alert" });
  const turning = ring();
  const words = el("p");
  const summary = el("div", { class: "summary" }, [turning, words]);
  const rest = el("ul", { class: "card found" });
  const passed = el("ul", { class: "card found" });
  const fine = el("details", {}, [el("summary", { text: text.setupPassed }), passed]);
  /** @type {ReturnType<typeof setupField>[]} */
  let shown = [];
  const typed = () => Object.fromEntries(shown.map((f) => [f.key, f.input.value]));
  const go = act(el("button", { class: "button main", text: text.setupSignIn }), () =>
    bridge.saveSetUp(choice.value, typed()),
  );
  const look = act(el("button", { class: "button", text: text.setupCheck }), () =>
    bridge.checkSetUp(choice.value, typed()),
  );
  const demo = act(el("button", { class: "button", text: text.setupDemo }), bridge.tryDemo);
  const again = act(el("button", { class: "button small", text: text.setupAgain }), bridge.retry);
  const folder = act(el("button", { class: "button small", text: text.setupFolder }), () => bridge.open("settings"));
  const byFile = el("p", { class: "quiet" });
  const path = el("p", { class: "path" });
  const file = el("details", { class: "by-file" }, [
    el("summary", { text: text.setupByFile }),
    byFile,
    path,
    el("div", { class: "setup-file" }, [folder, again]),
  ]);
  const form = el("div", {}, [fields, addresses.root]);
  const root = screen(
    "setup high",
    [
      head.root,
      welcome,
      before,
      el("div", { class: "field" }, [el("label", { text: text.provider, for: "setup-provider" }), choice, fixed]),
      form,
      summary,
      rest,
      fine,
      why,
      el("div", { class: "grow" }),
      el("div", { class: "stack" }, [go, look, demo]),
      file,
    ],
    [footer()],
  );
  let known = "";
  let running = false;
  /** @type {SetupView | undefined} */
  let view;
  const build = () => {
    const f = view?.forms.find((one) => one.preset === choice.value);
    form.hidden = go.hidden = look.hidden = !f;
    shown = (f?.fields ?? []).map((field) => setupField(field, () => go.click()));
    fields.replaceChildren(...shown.map((one) => one.root));
    if (f) addresses.update(f);
  };
  /** Where a finding stands: beside the field that it is about. @param {FindingView} f */
  const placeOf = (f) => {
    const [first] = shown;
    if (f.id === "redirect") return addresses.findings;
    if (f.id === "client") return shown.find((one) => one.key === "client_id")?.findings ?? first?.findings ?? rest;
    if (ofTheAddress.includes(f.id) && first && first.key !== "client_id") return first.findings;
    return rest;
  };
  const report = () => {
    const mine = view?.of === choice.value;
    const findings = mine ? [...(view?.findings ?? [])].sort((a, b) => rank(a) - rank(b)) : [];
    const lists = [rest, passed, addresses.findings, ...shown.map((one) => one.findings)];
    for (const list of lists) list.replaceChildren();
    for (const f of findings) (f.status === "pass" ? passed : placeOf(f)).append(finding(f));
    for (const list of lists) list.hidden = !list.childElementCount;
    fine.hidden = passed.hidden || Boolean(view?.running);
    turning.toggleAttribute("hidden", !view?.running);
    const done = mine && view?.checked;
    summary.hidden = !view?.running && !done;
    words.textContent = view?.running
      ? text.checking
      : text.setupChecked(findings.filter((f) => f.status === "fail").length);
    for (const one of shown) {
      one.fault((mine && view?.faults?.find((f) => f.key === one.key)?.text) || "");
    }
    why.textContent = view?.problem ?? "";
  };
  choice.addEventListener("change", () => {
    build();
    report();
  });
  return {
    root,
    update(s) {
      if (!s.setup) return;
      const fresh = JSON.stringify([s.setup.forms, s.setup.preset]);
      view = s.setup;
      head.root.hidden = !view.page;
      welcome.hidden = view.page;
      title.textContent = text.setupTitle(s.app.name);
      before.textContent = view.before;
      before.hidden = !view.before;
      choice.disabled = view.fixed;
      fixed.hidden = !view.fixed;
      fixed.textContent = view.locked ? text.locked : source(view.source);
      demo.hidden = !view.demo;
      look.disabled = view.running;
      byFile.textContent = text.setupFile;
      path.textContent = view.folder;
      file.hidden = view.page;
      if (fresh !== known) {
        known = fresh;
        choice.replaceChildren(...options(view));
        choice.value = view.preset;
        build();
      }
      report();
      if (running && !view.running) {
        announce(words.textContent ?? "");
        (shown.find((one) => one.input.getAttribute("aria-invalid") === "true")?.input ?? look).focus();
        if (view.checked) summary.scrollIntoView({ block: "center" });
      }
      running = view.running;
    },
    shown: () => (view?.page ? head.title : choice).focus(),
    hidden() {
      known = "";
      for (const one of shown) one.input.value = "";
    },
  };
}

/** Checks of the provider's address. */
const ofTheAddress = ["provider", "dns", "connection", "tls", "proxy", "discovery", "issuer"];

/** @param {SetupView} v */
function options(v) {
  const none = el("option", { text: text.setupChoose, value: "", disabled: true, hidden: true });
  return [none, ...v.forms.map((f) => el("option", { text: f.title, value: f.preset }))];
}
