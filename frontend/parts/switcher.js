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
  const drop = el("div", { class: "drop", id: "switcher" });
  button.setAttribute("aria-controls", "switcher");
  const root = el("div", { class: "switcher" }, [button, drop]);
  /** @type {AccountView[]} */
  let people = [];
  /** @type {ReturnType<typeof content> | undefined} */
  let inside; // made when it is opened first
  const isOpen = () => !drop.hidden;
  const fill = () => {
    if (!inside) {
      inside = content();
      drop.append(...inside.root);
    }
    inside.update(people);
  };
  const open = (/** @type {boolean} */ yes) => {
    if (yes) fill();
    drop.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const choices = () =>
    /** @type {HTMLElement[]} */ ([...drop.querySelectorAll(".account-button:not([aria-current], [hidden])")]);
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
    const rows = choices();
    // Beside an account stands what signs it out: the arrow keys leave from its row.
    const here = document.activeElement;
    const row = /** @type {HTMLElement} */ (here?.closest("li")?.querySelector("button") ?? here);
    const at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    rows.at(to % rows.length)?.focus();
  });
  // The list closes when the focus goes elsewhere, but not into the dialog that the list has opened.
  const elsewhere = (/** @type {EventTarget | null} */ target) =>
    target instanceof Element && !root.contains(target) && !target.closest("dialog");
  root.addEventListener("focusout", (e) => {
    if (elsewhere(e.relatedTarget)) open(false);
  });
  document.addEventListener("pointerdown", (e) => {
    if (elsewhere(e.target)) open(false);
  });
  open(false);
  return {
    root,
    close: () => open(false),
    /** @param {AccountView[]} now */
    update(now) {
      const fewer = now.length < people.length;
      people = now;
      words.textContent = text.accounts(people.length);
      if (inside) fill();
      if (isOpen() && fewer) {
        open(false); // somebody was signed out: the notice says it
        button.focus();
      }
    },
  };
}

/** What drops down: the accounts, and what can be done besides. */
function content() {
  const list = accounts();
  const add = act(
    el("button", { class: "account-button drop-more" }, [
      el("span", { class: "plus" }, [icon("plus")]),
      text.otherAccount,
    ]),
    () => bridge.otherAccount(""),
  );
  const all = act(
    el("button", { class: "account-button drop-more" }, [
      el("span", { class: "plus" }, [icon("leave", "turns")]),
      text.signOutAll,
    ]),
    () => bridge.askSignOut("all"),
  );
  return {
    root: [list.root, add, all],
    /** @param {AccountView[]} people */
    update(people) {
      list.update(people);
      all.hidden = people.length < 2;
    },
  };
}
