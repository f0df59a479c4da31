// Nothing is known yet. It is drawn only when the keychain takes its time: Go
// answers the first question with what it has found, if that is quick.
import { el } from "../dom.js";
import { ring } from "../icons.js";
import { screen } from "../parts/page.js";
import { text } from "../text.js";

export function starting() {
  const title = el("h1", { class: "unseen", text: text.startingTitle });
  const root = screen("starting", [
    el("div", { class: "grow" }),
    ring(),
    title,
    el("p", { class: "lead center", text: text.starting }),
    el("div", { class: "grow" }),
  ]);
  return { root, update() {} };
}
