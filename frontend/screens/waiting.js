// The person is at the browser. Says what it waits for, and can always be left.
import * as bridge from "../bridge.js";
import { act, announce, el, svg } from "../dom.js";
import { minutes, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").main.StateView} StateView */

export function waiting() {
  // The title has the focus, not Cancel: an Enter that is held must not end the wait.
  const title = el("h1", { text: text.waitingTitle });
  title.tabIndex = -1;
  const lead = el("p", { class: "lead" });
  const said = el("p", { class: "quiet center" });
  const left = el("p", { class: "quiet center" });
  const cancel = act(el("button", { text: text.cancel }), bridge.cancelSignIn);
  const paste = pasting();
  const say = (/** @type {string} */ words) => {
    said.textContent = words;
    announce(words);
  };
  const again = act(el("button", { class: "link", text: text.openAgain }), bridge.openBrowserAgain, say);
  const copy = act(
    el("button", { class: "link", text: text.copyLink }),
    () => bridge.copyLink().then(() => say(text.copied)),
    say,
  );
  const root = el("main", { class: "screen" }, [
    el("div", { class: "center" }, [
      svg("ring", "0 0 72 72", [
        ["circle", { cx: "36", cy: "36", r: "30" }],
        ["path", { d: "M36 6a30 30 0 0 1 29 37" }],
      ]),
      title,
      lead,
    ]),
    el("ul", { class: "helps" }, [
      el("li", {}, [el("b", { text: text.magicLink }), el("span", { text: text.magicLinkHelp })]),
      el("li", {}, [el("b", { text: text.nothingOpened }), again, text.or, copy]),
      el("li", {}, [el("b", { text: text.stuck }), paste.root]),
    ]),
    el("div", { class: "grow" }),
    said,
    left,
    el("div", { class: "stack" }, [cancel]),
  ]);
  let until = 0;
  let timer = 0;
  const tick = () => (left.textContent = text.left(minutes(until - Date.now())));
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      if (!s.waiting) return;
      until = s.waiting.until;
      lead.textContent = s.waiting.openFailed
        ? text.openFailedLead(s.waiting.openFailed)
        : text.waitingLead(s.provider);
      again.disabled = copy.disabled = !s.waiting.linked;
      if (s.waiting.strays > 0) said.textContent = text.strays;
      tick();
    },
    /** @param {StateView} s */
    shown(s) {
      said.textContent = s.waiting && s.waiting.strays > 0 ? text.strays : "";
      paste.reset();
      timer = window.setInterval(tick, 1000);
      title.focus();
    },
    hidden: () => window.clearInterval(timer),
  };
}

/** The field for the address that the browser ended at. */
function pasting() {
  const field = el("input", { id: "paste", type: "url" });
  field.autocomplete = "off";
  const why = el("p", { class: "error" });
  why.setAttribute("role", "alert");
  const go = act(
    el("button", { text: text.goOn }),
    () => bridge.pasteAnswer(field.value),
    (words) => (why.textContent = words),
  );
  const form = el("div", { class: "paste" }, [el("label", { text: text.pasteLabel, for: "paste" }), field, go, why]);
  const open = el("button", { class: "link", text: text.pasteIt });
  open.type = "button";
  field.addEventListener("keydown", (e) => {
    if (e.key === "Enter") go.click();
  });
  open.addEventListener("click", () => {
    form.hidden = false;
    open.hidden = true;
    field.focus();
  });
  return {
    root: el("div", {}, [open, form]),
    reset() {
      form.hidden = true;
      open.hidden = false;
      field.value = "";
      why.textContent = "";
    },
  };
}
