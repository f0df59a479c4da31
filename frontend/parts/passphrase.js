// A field for a passphrase, which can be shown while it is typed.
import { el, field } from "../dom.js";
import { icon } from "../icons.js";
import { text } from "../text.js";

/**
 * @param {string} id
 * @param {string} label
 * @param {() => void} enter what Enter does
 */
export function passphraseField(id, label, enter) {
  const input = field({ id, type: "password" });
  input.addEventListener("keydown", (e) => {
    if (e.key === "Enter") enter();
  });
  const eye = el("button", { class: "round-button" });
  /** @param {boolean} yes */
  const show = (yes) => {
    input.type = yes ? "text" : "password";
    eye.replaceChildren(icon(yes ? "hide" : "show"));
    eye.title = yes ? text.hidePassphrase : text.showPassphrase;
    eye.setAttribute("aria-label", eye.title);
    eye.setAttribute("aria-pressed", String(yes));
  };
  eye.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  eye.setAttribute("aria-controls", id);
  show(false);
  return {
    root: el("div", { class: "field" }, [
      el("label", { text: label, for: id }),
      el("div", { class: "inside" }, [input, eye]),
    ]),
    input,
    /** Nothing typed, nothing shown. */
    reset() {
      input.value = "";
      show(false);
    },
  };
}
