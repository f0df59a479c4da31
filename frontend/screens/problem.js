// What happened, what it means, what to do next.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { copyButton } from "../parts/copy.js";
import { screen } from "../parts/page.js";
import { actions, text } from "../text.js";

/** @type {Record<string, () => Promise<unknown>>} */
const commands = {
  retry: bridge.retry,
  signin: () => bridge.signIn(""),
  other_account: () => bridge.otherAccount(""),
  check: () => bridge.show("check"),
  setup: () => bridge.show("setup"),
  folder: () => bridge.open("settings"),
  dismiss: bridge.dismiss,
  unlock: bridge.unlockKeychain,
  passphrase: bridge.retry,
  use_passphrase: bridge.choosePassphrase,
  use_memory: bridge.useMemory,
};

/** @returns {import("../main.js").Screen} */
export function problem() {
  const title = el("h1");
  const message = el("p", { class: "lead" });
  const hint = el("span");
  const todo = el("div", { class: "what-to-do" }, [el("b", { text: text.whatToDo }), hint]);
  const admin = el("p");
  const detail = el("code");
  const why = el("p", { class: "error", role: "alert" });
  const copy = copyButton(text.copyForSupport, bridge.copyProblem, { class: "button small", failed: why });
  const support = el("details", {}, [el("summary", { text: text.forSupport }), admin, detail]);
  const buttons = el("div", { class: "stack" });
  const badge = el("span", { class: "badge" }, [icon("alert")]);
  const root = screen("problem", [
    el("div", { class: "grow" }),
    badge,
    title,
    message,
    todo,
    support,
    copy,
    why,
    el("div", { class: "grow" }),
    buttons,
  ]);
  let drawn = "";
  return {
    root,
    update(s) {
      const p = s.problem;
      if (!p || drawn === JSON.stringify(p)) return;
      drawn = JSON.stringify(p);
      title.textContent = p.title;
      message.textContent = p.message;
      hint.textContent = p.hint;
      admin.hidden = !p.admin;
      admin.textContent = p.admin ? text.forAdmin(p.admin) : "";
      todo.hidden = !p.hint;
      detail.textContent = [p.code, p.ref && `ref ${p.ref}`, p.detail].filter(Boolean).join(" · ");
      support.open = false;
      why.textContent = "";
      buttons.replaceChildren(
        ...(p.actions ?? []).map((name, i) => {
          const label = actions[/** @type {keyof typeof actions} */ (name)] ?? name;
          const button = el("button", { class: i === 0 ? "button main" : "button", text: label });
          return act(button, commands[name] ?? bridge.dismiss, why);
        }),
      );
    },
    shown: () => buttons.querySelector("button")?.focus(),
  };
}
