// Something to know that stops nobody, above the screen.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.NoticeView} NoticeView */

/** @param {HTMLElement} root */
export function notice(root) {
  let drawn = "";
  return {
    /** What it says, for the announcer. */
    words: () => (root.hidden ? "" : (root.querySelector(".words")?.textContent ?? "")),
    /** @param {NoticeView | undefined} n */
    update(n) {
      root.hidden = !n;
      const key = JSON.stringify(n ?? null);
      if (!n || drawn === key) return;
      drawn = key;
      root.className = n.good ? "notice good" : "notice";
      const lines = (n.lines ?? []).map((line) => el("p", { text: line }));
      const away = act(el("button", { class: "round-button", label: text.dismiss }, [icon("cross")]), bridge.dismiss);
      root.replaceChildren(
        icon(n.good ? "check" : "alert"),
        el("div", { class: "words" }, [el("b", { text: n.title }), ...lines]),
        away,
      );
    },
  };
}
