// Accounts to go on as: a list of buttons with faces.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";
import { face } from "./face.js";

/** @typedef {import("../wailsjs/go/models").ui.AccountView} AccountView */

export function accounts() {
  const root = el("ul", { class: "accounts" });
  let drawn = "";
  return {
    root,
    /** @param {AccountView[]} list */
    update(list) {
      if (drawn === JSON.stringify(list)) return;
      drawn = JSON.stringify(list);
      root.replaceChildren(...list.map(account));
    },
  };
}

/** @param {AccountView} a */
function account(a) {
  const looks = face();
  looks.update(a);
  const name = el("b", {}, [el("bdi", { text: a.name })]);
  const below = a.ended ? text.endedAccount : a.email === a.name ? "" : a.email;
  const more = el("span", { class: a.ended ? "ended" : "", text: below });
  const words = el("span", { class: "account-text" }, [name, more]);
  words.title = [a.name, a.email].filter(Boolean).join("\n");
  const button = el("button", { class: "account-button" }, [
    looks.root,
    words,
    ...(a.ended ? [] : [icon(a.active ? "check" : "forward", "turns")]), // an ended one has its cross there
  ]);
  if (a.active) {
    button.type = "button";
    button.setAttribute("aria-current", "true");
  } else {
    words.prepend(el("em", { class: "unseen", text: text.goOnAs }));
    act(button, () => bridge.goOnAs(a.id));
  }
  const line = el("li", { class: "account" }, [button]);
  if (a.ended) {
    const away = act(el("button", { class: "round-button", label: text.removeAccount(a.name) }, [icon("cross")]), () =>
      bridge.remove(a.id),
    );
    away.title = text.removeAccount(a.name);
    line.append(away);
  }
  return line;
}
