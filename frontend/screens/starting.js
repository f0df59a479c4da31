// Nothing is known yet. It is drawn only when the keychain takes its time: Go
// answers the first question with what it has found, if that is quick.
import { el } from "../dom.js";
import { text } from "../text.js";

export function starting() {
  const root = el("main", { class: "screen" }, [
    el("div", { class: "grow" }),
    el("p", { class: "lead center", text: text.starting }),
    el("div", { class: "grow" }),
  ]);
  return { root, update() {} };
}
