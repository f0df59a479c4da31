// How far a sign-out goes: three levels, each with what it leaves. Go says of whom it is
// asked, so that every screen and the menu can ask.
import * as bridge from "../bridge.js";
import { act, afterPaint, el } from "../dom.js";
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
    () => bridge.signOut(asked, chosen()),
    why,
  );
  const stay = el("button", { class: "button", text: text.staySignedIn });
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
  let asked = ""; // of whom Go asks
  stay.addEventListener("click", () => root.close());
  root.addEventListener("click", (e) => {
    if (e.target === root) root.close(); // beside it
  });
  // Esc closes it as well.
  root.addEventListener("close", () => {
    if (asked) void bridge.askSignOut("");
  });
  /** @param {import("../wailsjs/go/models").ui.LeavingView} v */
  const say = (v) => {
    const p = v.provider;
    title.textContent = v.count > 1 ? text.signOutAllTitle(v.count) : text.signOutTitle(v.name);
    for (const o of [device, tokens, browser]) {
      const words = text.levels[/** @type {"device" | "tokens" | "browser"} */ (o.input.value)];
      o.name.textContent = words.name;
      o.means.textContent = words.means(p.name);
    }
    if (!p.revocation) tokens.means.textContent = text.noRevocation(p.name);
    browser.input.disabled = !p.endSession;
    if (browser.input.disabled) {
      browser.means.textContent = text.noBrowserSession(p.name);
      if (browser.input.checked) tokens.input.checked = true;
    }
  };
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      const before = asked;
      asked = s.leaving?.id ?? "";
      if (s.leaving) say(s.leaving);
      if (asked === before) return;
      if (!asked) {
        root.close();
        return;
      }
      tokens.input.checked = true;
      why.textContent = "";
      if (!root.open) root.showModal();
      out.focus();
      afterPaint(() => void bridge.reportScreen("signout"));
    },
  };
}

/** @param {string} value */
function option(value) {
  const input = el("input", { type: "radio", id: `signout-${value}`, name: "signout", value });
  const name = el("b");
  const means = el("span", { class: "option-means" });
  return { input, name, means, root: el("label", { class: "option", for: input.id }, [input, name, means]) };
}
