// Accounts to go on as: a list of buttons with faces.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";
import { face } from "./face.js";

/** @typedef {import("../wailsjs/go/models").ui.AccountView} AccountView */

export function accounts() {
  const root = el("ul", { class: "accounts" });
  /** @type {Map<string, ReturnType<typeof account>>} */
  const lines = new Map();
  return {
    root,
    /**
     * Updates each account in its place: the focus stays where it is.
     * @param {AccountView[]} list
     */
    update(list) {
      for (const [id, line] of lines) {
        const now = list.find((a) => a.id === id);
        if (now && kind(now) === line.kind) continue;
        line.root.remove();
        lines.delete(id);
      }
      list.forEach((a, at) => {
        const line = lines.get(a.id) ?? account(a);
        lines.set(a.id, line);
        line.update(a);
        if (root.children[at] !== line.root) root.insertBefore(line.root, root.children[at] ?? null);
      });
    },
  };
}

/** What the buttons of an account are made for. @param {AccountView} a */
const kind = (a) => `${a.active} ${a.ended}`;

/** @param {AccountView} a */
function account(a) {
  const looks = face();
  const name = el("bdi");
  const more = el("span", { class: a.ended ? "ended" : "" });
  const words = el("span", { class: "account-text" }, [el("b", {}, [name]), more]);
  const button = el("button", { class: "account-button" }, [looks.root, words, ...(a.active ? [icon("check")] : [])]);
  if (a.active) button.setAttribute("aria-current", "true");
  else {
    words.prepend(el("em", { class: "unseen", text: text.goOnAs }));
    act(button, () => bridge.goOnAs(a.id));
  }
  const root = el("li", { class: "account" }, [button]);
  // One whose session has ended is removed, one that lives is signed out.
  const away = act(el("button", { class: "round-button" }, [icon(a.ended ? "cross" : "leave", "turns")]), () =>
    a.ended ? bridge.remove(a.id) : bridge.askSignOut(a.id),
  );
  if (!a.active) root.append(away);
  return {
    root,
    kind: kind(a),
    /** @param {AccountView} now */
    update(now) {
      looks.update(now);
      name.textContent = now.name;
      more.textContent = now.ended ? text.endedAccount : now.email === now.name ? "" : now.email;
      words.title = [now.name, now.email].filter(Boolean).join("\n");
      away.title = now.ended ? text.removeAccount(now.name) : text.signOutAccount(now.name);
      away.setAttribute("aria-label", away.title);
    },
  };
}
