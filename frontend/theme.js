// Light or dark, by the system's choice or the person's; and what the next start
// must know to look the same before there is a page.
import * as bridge from "./bridge.js";

export function theme() {
  // The page that Go serves has the sheet in it.
  const dark = /** @type {HTMLLinkElement | HTMLStyleElement} */ (document.getElementById("dark"));
  const system = matchMedia("(prefers-color-scheme: dark)");
  const media = { system: "(prefers-color-scheme: dark)", light: "not all", dark: "all" };
  let appearance = "";
  let timer = 0;
  const isDark = () => appearance === "dark" || (appearance !== "light" && system.matches);
  const remember = () => void bridge.remember(isDark());
  // The size is kept when nobody has resized the window for a moment.
  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(remember, 400);
  };
  window.addEventListener("resize", soon);
  window.addEventListener("blur", soon);
  system.addEventListener("change", soon);
  return {
    /** @param {string} choice system, light or dark */
    choose(choice) {
      if (choice === appearance) return;
      appearance = choice;
      dark.media = media[/** @type {keyof typeof media} */ (choice)] ?? media.system;
      soon();
    },
  };
}
