// The redirect addresses to register with the provider, each with a button that copies it.
import * as bridge from "../bridge.js";
import { act, copied, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.FormView} FormView */

export function redirects() {
  const title = el("h2");
  const where = el("p", { class: "quiet" });
  const list = el("ul", { class: "card redirects" });
  const findings = el("ul", { class: "card found" });
  return {
    root: el("section", { class: "section" }, [title, list, where, findings]),
    findings,
    /** @param {FormView} f */
    update(f) {
      const all = f.register ? (f.redirects ?? []) : [];
      title.textContent = text.redirects(all.length);
      where.textContent = f.register ? `${text.inConsole(f.console)} ${f.register}` : text.noRedirect(f.title);
      list.hidden = all.length === 0;
      list.replaceChildren(...all.map((address, at) => line(f.preset, address, at)));
    },
  };
}

/** @param {string} preset @param {string} address @param {number} at */
function line(preset, address, at) {
  const words = el("span", { text: text.copy });
  const copy = act(el("button", { class: "button small" }, [icon("copy"), words]), async () => {
    await bridge.copyRedirect(preset, at);
    copied(words, text.copied);
  });
  copy.setAttribute("aria-label", text.copyAddress(address));
  return el("li", {}, [el("code", { text: address }), copy]);
}
