// The doctor's report: what was looked at, and what to do about it.
import * as bridge from "../bridge.js";
import { act, announce, el } from "../dom.js";
import { ring } from "../icons.js";
import { copyButton } from "../parts/copy.js";
import { finding, rank } from "../parts/finding.js";
import { footer, pageHead, screen } from "../parts/page.js";
import { text } from "../text.js";

/** @returns {import("../main.js").Screen} */
export function check() {
  const head = pageHead(text.checkTitle);
  const turning = ring();
  const words = el("p");
  const summary = el("div", { class: "summary" }, [turning, words]);
  const list = el("ul", { class: "card section" });
  const again = act(el("button", { class: "button", text: text.checkAgain }), () => bridge.show("check"));
  const why = el("p", { class: "error" });
  const copy = copyButton(text.copyReport, bridge.copyReport, { failed: why });
  const root = screen(
    "check high",
    [head.root, summary, list, why, el("div", { class: "grow" }), el("div", { class: "stack" }, [again, copy])],
    [footer()],
  );
  let running = false;
  return {
    root,
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
