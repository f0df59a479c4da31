// The field for the address that the browser ended at, when it could not come back.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { text } from "../text.js";

export function paste() {
  const field = el("input", { class: "input", id: "paste", type: "url" });
  field.autocomplete = "off";
  field.spellcheck = false;
  const why = el("p", { class: "error", id: "paste-error" });
  why.setAttribute("role", "alert");
  field.setAttribute("aria-describedby", "paste-error");
  const go = act(
    el("button", { class: "button", text: text.goOn }),
    () => {
      why.textContent = "";
      return bridge.pasteAnswer(field.value.trim());
    },
    (words) => {
      why.textContent = words;
      field.focus();
    },
  );
  const form = el("div", { class: "paste field" }, [
    el("label", { text: text.pasteLabel, for: "paste" }),
    field,
    why,
    go,
  ]);
  const open = el("button", { class: "link", text: text.pasteIt });
  open.type = "button";
  field.addEventListener("keydown", (e) => {
    if (e.key === "Enter") go.click();
    if (e.key === "Escape" && field.value) {
      e.preventDefault(); // the next one cancels
      field.value = "";
    }
  });
  open.addEventListener("click", () => {
    form.hidden = false;
    open.hidden = true;
    field.focus();
  });
  return {
    root: el("div", {}, [open, form]),
    reset() {
      form.hidden = true;
      open.hidden = false;
      field.value = "";
      why.textContent = "";
    },
  };
}
