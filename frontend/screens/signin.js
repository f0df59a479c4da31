// The front door: one button.
import * as bridge from "../bridge.js";
import { act, el, mark } from "../dom.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").main.StateView} StateView */

export function signin() {
  const title = el("h1");
  const button = act(el("button", { class: "main" }), bridge.signIn);
  const last = el("p", { class: "quiet center" });
  const demo = el("p", { class: "quiet center", text: text.demo });
  const root = el("main", { class: "screen" }, [
    mark(),
    title,
    el("p", { class: "lead", text: text.signInLead }),
    el("div", { class: "stack" }, [button]),
    el("div", { class: "grow" }),
    last,
    demo,
  ]);
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      title.textContent = text.signInTitle(s.app.name);
      button.textContent = text.signInWith(s.provider);
      last.textContent = s.last ? text.last(s.last) : "";
      last.hidden = !s.last;
      demo.hidden = !s.app.demo;
    },
    shown: () => button.focus(),
  };
}
