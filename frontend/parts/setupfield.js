// One field of the set-up: the provider's own word, the value, where to find it, and
// what is wrong with it.
import { el, field } from "../dom.js";
import { icon } from "../icons.js";
import { source, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.FieldView} FieldView */

/**
 * @param {FieldView} f
 * @param {() => void} enter what Enter does
 */
export function setupField(f, enter) {
  const id = `setup-${f.key}`;
  const input = field({ id, type: f.secret ? "password" : "text" });
  input.value = f.text;
  input.placeholder = f.secret && f.given ? text.setupKept : f.sample && text.setupSample(f.sample);
  input.disabled = f.fixed;
  const where = el("p", { class: "quiet where", id: `${id}-where` });
  where.textContent = f.fixed ? (f.locked ? text.locked : source(f.source)) : f.where;
  if (f.locked) where.prepend(icon("lock"));
  const why = el("p", { class: "error", id: `${id}-why` });
  input.setAttribute("aria-describedby", `${where.id} ${why.id}`);
  input.addEventListener("keydown", (e) => {
    if (e.key === "Enter") enter();
  });
  const optional = f.optional ? [" ", el("span", { class: "optional", text: text.optional })] : [];
  const label = el("label", { for: id }, [f.label, ...optional]);
  const findings = el("ul", { class: "card found" });
  return {
    key: f.key,
    input,
    findings,
    root: el("div", { class: "field" }, [label, input, why, where, findings]),
    /** @param {string} words */
    fault(words) {
      why.textContent = words && sentence(words);
      input.setAttribute("aria-invalid", String(Boolean(words)));
    },
  };
}

/** @param {string} words */
const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?)]$/.test(words) ? "" : "."}`;
