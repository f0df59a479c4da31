// What screens have in common: the quiet footer, and the head of a page that leads
// back to where one was.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";

/** The footer: settings, check, about. */
export function footer() {
  const link = (/** @type {string} */ words, /** @type {string} */ page) =>
    act(el("button", { class: "link quiet-link", text: words }), () => bridge.show(page));
  const nav = el("nav", { label: text.footer }, [
    link(text.settings, "settings"),
    link(text.check, "check"),
    link(text.about, "about"),
  ]);
  return el("footer", {}, [nav]);
}

/** The head of a page. @param {string} title */
export function pageHead(title) {
  const back = act(el("button", { class: "round-button", label: text.back }, [icon("back", "turns")]), () =>
    bridge.show(""),
  );
  const h1 = el("h1", { text: title, tabIndex: -1 });
  return { root: el("div", { class: "page-head" }, [back, h1]), title: h1 };
}

/**
 * A screen's root.
 * @param {string} name
 * @param {(Node | string)[]} children
 * @param {HTMLElement[]} [below]
 */
export const screen = (name, children, below = []) =>
  el("div", { class: `screen ${name}` }, [el("main", {}, children), ...below]);

/**
 * A row of a card: what, and its value.
 * @param {string} label
 * @param {(Node | string)[]} value
 */
export const row = (label, value) => el("div", { class: "row" }, [el("dt", { text: label }), el("dd", {}, value)]);
