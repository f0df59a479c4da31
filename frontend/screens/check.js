// The doctor's report: what was looked at, and what to do about it.
import * as bridge from "../bridge.js";
import { act, announce, copied, el } from "../dom.js";
import { icon, ring } from "../icons.js";
import { finding, rank } from "../parts/finding.js";
import { footer, pageHead, screen } from "../parts/page.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.StateView} StateView */

export function check() {
  const head = pageHead(text.checkTitle);
  const turning = ring();
  const words = el("p");
  const summary = el("div", { class: "summary" }, [turning, words]);
  const list = el("ul", { class: "card section" });
  const again = act(el("button", { class: "button", text: text.checkAgain }), () => bridge.show("check"));
  const why = el("p", { class: "error" });
  const copyWords = el("span", { text: text.copyReport });
  const copy = act(
    el("button", { class: "button" }, [icon("copy"), copyWords]),
    () => bridge.copyReport().then(() => copied(copyWords, text.copied)),
    (words) => {
      why.textContent = words;
    },
  );
  const root = screen(
    "check",
    [head.root, summary, list, why, el("div", { class: "grow" }), el("div", { class: "stack" }, [again, copy])],
    [footer()],
  );
  root.querySelector("main")?.classList.add("high");
  let running = false;
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      const v = s.check;
      if (!v) return;
      const findings = v.findings ?? [];
      turning.toggleAttribute("hidden", !v.running);
      words.textContent = v.running ? text.checking : text.checked(v.passed, findings.length);
      if (running && !v.running) announce(words.textContent);
      running = v.running;
      list.hidden = findings.length === 0;
      // What is to be done stands first, once nothing moves any more.
      const order = v.running ? findings : [...findings].sort((a, b) => rank(a) - rank(b));
      list.replaceChildren(...order.map(finding));
      again.disabled = v.running;
      copy.hidden = v.running || findings.length === 0;
      why.textContent = "";
    },
    shown: () => head.title.focus(),
  };
}
