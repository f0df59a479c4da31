// How long a wait still lasts.
import { el } from "../dom.js";
import { minutes, text } from "../text.js";

export function countdown() {
  const root = el("p", { class: "quiet center left" });
  let until = 0;
  let timer = 0;
  const tick = () => {
    root.textContent = until ? text.left(minutes(until - Date.now())) : "";
  };
  return {
    root,
    /** @param {number} end Unix milliseconds */
    update(end) {
      until = end;
      tick();
    },
    start() {
      window.clearInterval(timer);
      timer = window.setInterval(tick, 1000);
    },
    stop: () => window.clearInterval(timer),
  };
}
