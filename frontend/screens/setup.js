// No provider is set up: how to set one up.
import * as bridge from "../bridge.js";
import { act, el, mark } from "../dom.js";
import { footer, screen } from "../parts/page.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.StateView} StateView */

export function setup() {
  const title = el("h1");
  const again = act(el("button", { class: "button main", text: text.setupAgain }), bridge.retry);
  const folder = act(el("button", { class: "button", text: text.setupFolder }), () => bridge.open("settings"));
  const way = (/** @type {string} */ heading, /** @type {string} */ lines) =>
    el("section", { class: "section" }, [el("h2", { text: heading }), el("div", { class: "code-block", text: lines })]);
  const root = screen(
    "setup",
    [
      mark(),
      title,
      el("p", { class: "lead", text: text.setupLead }),
      way(text.setupDescope, text.setupDescopeLines),
      way(text.setupOther, text.setupOtherLines),
      el("div", { class: "grow" }),
      el("div", { class: "stack" }, [again, folder]),
    ],
    [footer()],
  );
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      title.textContent = text.setupTitle(s.app.name);
    },
    shown: () => again.focus(),
  };
}
