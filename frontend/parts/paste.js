// The field for the address that the browser ended at, when it could not come back.
import * as bridge from "../bridge.js";
import { act, el, field } from "../dom.js";
import { text } from "../text.js";

export function paste() {
  const address = field({ id: "paste", type: "url" });
  const why = el("p", { class: "error", id: "paste-error", role: "alert" });
  address.setAttribute("aria-describedby", "paste-error");
  const go = act(
    el("button", { class: "button", text: text.goOn }),
    () => {
      why.textContent = "";
      return bridge.pasteAnswer(address.value.trim());
    },
    (words) => {
      why.textContent = words;
      address.focus();
    },
  );
  const form = el("div", { class: "paste field" }, [
    el("label", { text: text.pasteLabel, for: "paste" }),
    address,
    why,
    go,
  ]);
  const open = el("button", { class: "link", text: text.pasteIt });
  address.addEventListener("keydown", (e) => {
    if (e.key === "Enter") go.click();
    if (e.key === "Escape" && address.value) {
      e.preventDefault(); // the next one cancels
      address.value = "";
    }
  });
  open.addEventListener("click", () => {
    form.hidden = false;
    open.hidden = true;
    address.focus();
  });
  return {
    root: el("div", {}, [open, form]),
    reset() {
      form.hidden = true;
      open.hidden = false;
      address.value = "";
      why.textContent = "";
    },
  };
}
