// The redirect addresses to register with the provider, each with a button that copies it.
import * as bridge from "../bridge.js";
import { el } from "../dom.js";
import { text } from "../text.js";
import { copyButton } from "./copy.js";

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
  const how = { class: "button small", label: text.copyAddress(address) };
  const copy = copyButton(text.copy, () => bridge.copyRedirect(preset, at), how);
  return el("li", {}, [el("code", { text: address }), copy]);
}
