// Loads and mounts each screen once, when it is first shown, and draws each state that comes from Go.
import * as bridge from "./bridge.js";
import { afterPaint, announce } from "./dom.js";
import { notice } from "./parts/notice.js";
import { store } from "./state.js";
import { theme } from "./theme.js";

/** @typedef {import("./wailsjs/go/models").ui.StateView} StateView */
/** @typedef {{root: HTMLElement, update(s: StateView): void, shown?(s: StateView): void, hidden?(): void}} Screen */

/** @type {Record<string, Screen>} */
const screens = {};
/**
 * What loads a screen that is not there yet. The page that Go serves names the modules of the first one.
 * @type {Record<string, () => Promise<Screen>>}
 */
const later = {
  starting: () => import("./screens/starting.js").then((m) => m.starting()),
  profile: () => import("./screens/profile.js").then((m) => m.profile()),
  signin: () => import("./screens/signin.js").then((m) => m.signin()),
  waiting: () => import("./screens/waiting.js").then((m) => m.waiting()),
  unlock: () => import("./screens/unlock.js").then((m) => m.unlock()),
  setup: () => import("./screens/setup.js").then((m) => m.setup()),
  device: () => import("./screens/device.js").then((m) => m.device()),
  details: () => import("./screens/details.js").then((m) => m.details()),
  settings: () => import("./screens/settings.js").then((m) => m.settings()),
  check: () => import("./screens/check.js").then((m) => m.check()),
  about: () => import("./screens/about.js").then((m) => m.about()),
  problem: () => import("./screens/problem.js").then((m) => m.problem()),
};
const place = /** @type {HTMLElement} */ (document.getElementById("screens"));
const told = notice(/** @type {HTMLElement} */ (document.getElementById("notice")));
/** @type {ReturnType<typeof import("./parts/signout.js").signOutDialog> | undefined} */
let leaving; // the question how far to sign out, once it is asked
const colours = theme();
let current = "";
let drawn = "";
let choosing = false;
/** @type {string[]} */
let offered = []; // what the problem offers

/** @type {StateView | undefined} */
let newest; // drawn last, or about to be

/** @param {string} name @param {Screen} screen */
function mount(name, screen) {
  screens[name] = screen;
  screen.root.hidden = true;
  place.append(screen.root);
}

/**
 * Loads a screen, and draws it if it is still the one to show.
 * @param {string} name
 */
function load(name) {
  const loading = later[name];
  if (!loading) return; // it is under way
  delete later[name];
  loading().then(
    (screen) => {
      mount(name, screen);
      if (newest?.screen === name) draw(newest);
    },
    (err) => {
      later[name] = loading; // the next state tries it again
      void bridge.reportError(`screen ${name}: ${err}`);
    },
  );
}

/** Asks how far to sign out, or no longer asks. @param {StateView} s */
async function ask(s) {
  if (!leaving && s.leaving) {
    const { signOutDialog } = await import("./parts/signout.js");
    // Another state may have loaded it meanwhile.
    if (!leaving) {
      leaving = signOutDialog();
      document.body.append(leaving.root);
    }
  }
  leaving?.update(newest ?? s);
}

// A press may lead to these, and the wait may be over in no time.
for (const event of ["pointerdown", "keydown"]) {
  window.addEventListener(event, () => ["waiting", "signin"].forEach(load), { capture: true, once: true });
}

/** @param {StateView} s */
function draw(s) {
  newest = s;
  colours.choose(s.app.appearance);
  const before = told.words();
  told.update(["signin", "profile", "setup"].includes(s.screen) ? s.notice : undefined);
  const next = screens[s.screen];
  if (!next) {
    load(s.screen);
    return;
  }
  next.update(s);
  void ask(s);
  choosing = s.choosing;
  offered = s.problem?.actions ?? [];
  // Another problem, or another person, on the same screen is as good as another screen.
  const shape = JSON.stringify([s.screen, s.choosing, s.problem?.code, s.profile?.id]);
  if (shape === drawn) {
    if (told.words() !== before) announce(told.words());
    return;
  }
  drawn = shape;
  if (s.screen !== current) {
    const gone = screens[current];
    if (gone) {
      gone.root.hidden = true;
      gone.hidden?.();
    }
    current = s.screen;
    next.root.hidden = false;
    window.scrollTo(0, 0);
    afterPaint(() => void bridge.reportScreen(s.screen));
  }
  next.shown?.(s);
  announce(`${next.root.querySelector("h1")?.textContent ?? ""} ${told.words()}`.trim());
}

const states = store(draw);
// The page brings the first state with it, once Go knows it: the first frame waits for no question.
/** @type {StateView | undefined} */
const first = JSON.parse(document.getElementById("state")?.textContent || "null") ?? undefined;
if (first) states.take(first);
bridge.onChanged((s) => states.take(s));
// What has changed since the page was made is asked for.
bridge.state().then(
  (s) => s.revision === first?.revision || states.take(s),
  (err) => void bridge.reportError(String(err)),
);

window.addEventListener("focus", () => void bridge.focus(true));
window.addEventListener("blur", () => void bridge.focus(false));
if (!document.hasFocus()) void bridge.focus(false);
window.addEventListener("error", (e) => void bridge.reportError(`${e.message} at ${e.filename}:${e.lineno}`));
window.addEventListener("unhandledrejection", (e) => void bridge.reportError(String(e.reason)));
document.addEventListener(
  "securitypolicyviolation",
  (e) => void bridge.reportError(`content security policy: ${e.violatedDirective} ${e.blockedURI}`),
);

// What is dropped on the window must not become its page.
for (const event of ["dragover", "drop"]) window.addEventListener(event, (e) => e.preventDefault());

// What people expect of a desktop program: settings, and the search in the details.
window.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || document.querySelector("dialog[open]")) return;
  if (e.key === "," && current !== "starting") {
    e.preventDefault();
    void bridge.show("settings");
  }
  if (e.key.toLowerCase() === "f" && ["profile", "details"].includes(current)) {
    e.preventDefault();
    if (current === "details") document.getElementById("search")?.focus();
    else void bridge.show("details");
  }
});

// Esc leaves what can be left.
window.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (current === "waiting" || current === "device") void bridge.cancelSignIn();
  if (["details", "settings", "check", "about", "setup"].includes(current)) void bridge.show("");
  if (current === "problem" && offered.includes("dismiss")) void bridge.dismiss();
  if (current === "unlock" && choosing) void bridge.dismiss();
  if (["signin", "profile"].includes(current) && told.words()) void bridge.dismiss();
});
