// The account switcher: a button, and the list that drops down from it.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";
import { accounts } from "./accounts.js";

/** @typedef {import("../wailsjs/go/models").ui.AccountView} AccountView */

export function switcher() {
  const words = el("span");
  const button = el("button", { class: "chip" }, [words, icon("chevron")]);
  button.type = "button";
  const list = accounts();
  const add = act(
    el("button", { class: "account-button drop-more" }, [
      el("span", { class: "plus" }, [icon("plus")]),
      text.otherAccount,
    ]),
    () => bridge.otherAccount(""),
  );
  const drop = el("div", { class: "drop", id: "switcher" }, [list.root, add]);
  button.setAttribute("aria-controls", "switcher");
  const root = el("div", { class: "switcher" }, [button, drop]);
  const isOpen = () => !drop.hidden;
  const open = (/** @type {boolean} */ yes) => {
    drop.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const choices = () => /** @type {HTMLElement[]} */ ([...drop.querySelectorAll("button:not([aria-current])")]);
  button.addEventListener("click", () => {
    open(!isOpen());
    if (isOpen()) choices()[0]?.focus();
  });
  root.addEventListener("keydown", (e) => {
    if (!isOpen()) return;
    if (e.key === "Escape") {
      e.stopPropagation();
      open(false);
      button.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const all = choices();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    all[(at + step + all.length) % all.length]?.focus();
  });
  // Whoever looks elsewhere is done with it.
  root.addEventListener("focusout", (e) => {
    if (e.relatedTarget && !root.contains(/** @type {Node} */ (e.relatedTarget))) open(false);
  });
  document.addEventListener("pointerdown", (e) => {
    if (!root.contains(/** @type {Node} */ (e.target))) open(false);
  });
  open(false);
  return {
    root,
    close: () => open(false),
    /** @param {AccountView[]} all */
    update(all) {
      list.update(all);
      words.textContent = text.accounts(all.length);
    },
  };
}
