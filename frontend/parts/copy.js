// A button that puts something on the clipboard, and then says so itself.
import { act, copied, el } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";

/**
 * @param {string} words what the button says
 * @param {() => Promise<unknown>} command
 * @param {{class?: string, label?: string, failed?: HTMLElement}} [how] failed takes the reason of a failure
 */
export function copyButton(words, command, { class: classes = "button", label, failed } = {}) {
  const said = el("span", { text: words });
  const copy = () => command().then(() => copied(said, text.copied));
  return act(el("button", { class: classes, label }, [icon("copy"), said]), copy, failed);
}
