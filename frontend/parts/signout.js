// How far a sign-out goes: three levels, each with what it leaves.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.StateView} StateView */

export function signOutDialog() {
  const title = el("h2", { id: "signout-title" });
  const device = option("device");
  const tokens = option("tokens");
  const browser = option("browser");
  const why = el("p", { class: "error" });
  const chosen = () => [device, tokens, browser].find((o) => o.input.checked)?.input.value ?? "tokens";
  const out = act(
    el("button", { class: "button main", text: text.signOut }),
    () => bridge.signOut(chosen()).then(() => root.close()),
    (words) => {
      why.textContent = words;
    },
  );
  const stay = el("button", { class: "button", text: text.staySignedIn });
  stay.type = "button";
  const levels = el("fieldset", { class: "stack" }, [
    el("legend", { class: "unseen", text: text.howFar }),
    device.root,
    tokens.root,
    browser.root,
  ]);
  const root = el("dialog", {}, [title, levels, why, el("div", { class: "stack" }, [out, stay])]);
  root.setAttribute("aria-labelledby", "signout-title");
  // Enter on a level signs out that far.
  levels.addEventListener("keydown", (e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    out.click();
  });
  stay.addEventListener("click", () => root.close());
  root.addEventListener("click", (e) => {
    if (e.target === root) root.close(); // beside it
  });
  return {
    root,
    open() {
      tokens.input.checked = true;
      why.textContent = "";
      root.showModal();
      out.focus();
    },
    close: () => root.close(),
    /** @param {StateView} s */
    update(s) {
      const provider = s.profile?.provider ?? s.provider;
      title.textContent = text.signOutTitle(s.profile?.name ?? "");
      for (const o of [device, tokens, browser]) {
        const words = text.levels[/** @type {"device" | "tokens" | "browser"} */ (o.input.value)];
        o.name.textContent = words.name;
        o.means.textContent = words.means(provider.name);
      }
      if (!provider.revocation) tokens.means.textContent = text.noRevocation(provider.name);
      browser.input.disabled = !provider.endSession;
      if (browser.input.disabled) {
        browser.means.textContent = text.noBrowserSession(provider.name);
        if (browser.input.checked) tokens.input.checked = true;
      }
    },
  };
}

/** @param {string} value */
function option(value) {
  const input = el("input", { type: "radio", id: `signout-${value}` });
  input.name = "signout";
  input.value = value;
  const name = el("b");
  const means = el("span", { class: "option-means" });
  return { input, name, means, root: el("label", { class: "option", for: input.id }, [input, name, means]) };
}
