// What happened, what it means, what to do next.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { actions, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").main.StateView} StateView */

/** @type {Record<string, () => Promise<unknown>>} */
const commands = {
  retry: bridge.retry,
  signin: bridge.signIn,
  dismiss: bridge.dismiss,
  unlock: bridge.unlockKeychain,
  passphrase: bridge.retry,
  use_passphrase: bridge.choosePassphrase,
  use_memory: bridge.useMemory,
};

export function problem() {
  const title = el("h1");
  const message = el("p", { class: "lead" });
  const hint = el("span");
  const todo = el("div", { class: "what-to-do" }, [el("b", { text: text.whatToDo }), hint]);
  const detail = el("code");
  const support = el("details", {}, [el("summary", { text: text.forSupport }), detail]);
  const why = el("p", { class: "error" });
  why.setAttribute("role", "alert");
  const buttons = el("div", { class: "stack" });
  const root = el("main", { class: "screen" }, [
    el("div", { class: "grow" }),
    title,
    message,
    todo,
    support,
    why,
    el("div", { class: "grow" }),
    buttons,
  ]);
  let drawn = "";
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      const p = s.problem;
      if (!p || drawn === JSON.stringify(p)) return;
      drawn = JSON.stringify(p);
      title.textContent = p.title;
      message.textContent = p.message;
      hint.textContent = p.hint;
      detail.textContent = `${p.code} · ref ${p.ref} · ${p.detail}`;
      support.open = false;
      why.textContent = "";
      buttons.replaceChildren(
        ...(p.actions ?? []).map((name, i) => {
          const label = actions[/** @type {keyof typeof actions} */ (name)] ?? name;
          return act(
            el("button", { class: i === 0 ? "main" : "", text: label }),
            commands[name] ?? bridge.dismiss,
            (words) => (why.textContent = words),
          );
        }),
      );
    },
    shown: () => buttons.querySelector("button")?.focus(),
  };
}
