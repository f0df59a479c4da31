// One finding of the doctor's.
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { statuses } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.FindingView} FindingView */

/** What is to be done stands first. @param {FindingView} f */
export const rank = (f) => ["fail", "warn", "pass"].indexOf(f.status);

const pictures = { pass: "check", warn: "alert", fail: "cross" };

/** @param {FindingView} f */
export function finding(f) {
  const status = /** @type {keyof typeof pictures} */ (f.status);
  const title = el("b", {}, [el("span", { class: "unseen", text: `${statuses[status] ?? f.status}: ` }), f.title]);
  const line = el("li", { class: `finding ${f.status}` }, [icon(pictures[status] ?? "alert"), title]);
  if (f.detail) line.append(el("p", { text: f.detail }));
  if (f.advice) line.append(el("p", { class: "advice", text: f.advice }));
  return line;
}
