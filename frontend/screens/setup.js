// No provider is set up: how to set one up.
import * as bridge from "../bridge.js";
import { act, el, mark } from "../dom.js";
import { text } from "../text.js";

export function setup() {
  const again = act(el("button", { class: "main", text: text.tryAgain }), bridge.retry);
  const root = el("main", { class: "screen" }, [
    mark(),
    el("h1", { text: text.setupTitle }),
    el("p", { class: "lead", text: text.setupLead }),
    el("div", { class: "settings", text: text.setupSettings }),
    el("div", { class: "grow" }),
    again,
  ]);
  return { root, update() {}, shown: () => again.focus() };
}
