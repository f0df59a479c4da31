// Mounts every screen once and draws each state that comes from Go.
import * as bridge from "./bridge.js";
import { act, el } from "./dom.js";
import { problem } from "./screens/problem.js";
import { profile } from "./screens/profile.js";
import { setup } from "./screens/setup.js";
import { signin } from "./screens/signin.js";
import { starting } from "./screens/starting.js";
import { unlock } from "./screens/unlock.js";
import { waiting } from "./screens/waiting.js";
import { store } from "./state.js";
import { text } from "./text.js";

/** @typedef {import("./wailsjs/go/models").main.StateView} StateView */
/** @typedef {{root: HTMLElement, update(s: StateView): void, shown?(s: StateView): void, hidden?(): void}} Screen */

/** @type {Record<string, Screen>} */
const screens = {
  starting: starting(),
  setup: setup(),
  signin: signin(),
  waiting: waiting(),
  profile: profile(),
  problem: problem(),
  unlock: unlock(),
};
const place = /** @type {HTMLElement} */ (document.getElementById("screens"));
const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
const noticePlace = /** @type {HTMLElement} */ (document.getElementById("notice"));
let current = "";
let drawn = "";

for (const s of Object.values(screens)) {
  s.root.hidden = true;
  place.append(s.root);
}

/** @param {StateView} s */
function draw(s) {
  drawNotice(s);
  const next = screens[s.screen];
  if (!next) return;
  next.update(s);
  // Another problem on the same screen is as good as another screen.
  const shape = `${s.screen} ${s.choosing} ${s.problem?.code ?? ""}`;
  if (shape === drawn) return;
  drawn = shape;
  if (s.screen === current) {
    next.shown?.(s);
    say(next, s);
    return;
  }
  const before = screens[current];
  if (before) {
    before.root.hidden = true;
    before.hidden?.();
  }
  current = s.screen;
  next.root.hidden = false;
  if (next.shown) next.shown(s);
  say(next, s);
  // Two frames on, the screen has been painted.
  requestAnimationFrame(() => requestAnimationFrame(() => void bridge.reportScreen(s.screen)));
}

/**
 * Announces the screen, and the notice that stands beside it.
 * @param {Screen} screen
 * @param {StateView} s
 */
function say(screen, s) {
  const notice = noticePlace.hidden ? "" : [s.notice?.title, ...(s.notice?.lines ?? [])].join(". ");
  announcer.textContent = `${screen.root.querySelector("h1")?.textContent ?? ""} ${notice}`.trim();
}

/** @param {StateView} s */
function drawNotice(s) {
  noticePlace.hidden = !s.notice || s.screen === "problem" || s.screen === "waiting";
  const key = JSON.stringify(s.notice ?? null);
  if (noticePlace.dataset.key === key) return;
  noticePlace.dataset.key = key;
  noticePlace.replaceChildren();
  if (!s.notice) return;
  noticePlace.append(
    el("b", { text: s.notice.title }),
    ...(s.notice.lines ?? []).map((line) => el("p", { text: line })),
    act(el("button", { class: "link", text: text.dismiss }), bridge.dismiss),
  );
  announcer.textContent = s.notice.title;
}

const states = store(draw);
bridge.onChanged((s) => states.take(s));
bridge.state().then(
  (s) => states.take(s),
  (err) => void bridge.reportError(String(err)),
);

window.addEventListener("focus", () => void bridge.focus());
window.addEventListener("error", (e) => void bridge.reportError(`${e.message} at ${e.filename}:${e.lineno}`));
window.addEventListener("unhandledrejection", (e) => void bridge.reportError(String(e.reason)));
document.addEventListener(
  "securitypolicyviolation",
  (e) => void bridge.reportError(`content security policy: ${e.violatedDirective} ${e.blockedURI}`),
);
window.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && current === "waiting") void bridge.cancelSignIn();
});
