// Who is signed in, and how the session does. A team replaces this screen.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { icon } from "../icons.js";
import { face } from "../parts/face.js";
import { footer, row, screen } from "../parts/page.js";
import { switcher } from "../parts/switcher.js";
import { ago, health, text, when } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.StateView} StateView */
/** @typedef {import("../wailsjs/go/models").ui.ProfileView} ProfileView */

/** How long a try is shown at least, in milliseconds. */
const shownTry = 900;

/** How long the times on the screen are trusted where none counts minutes: the computer may sleep over midnight. */
const hour = 3_600_000;

/** @param {HTMLElement} place @param {string} words */
function write(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

export function profile() {
  const state = el("span", { class: "chip" }, [el("span", { class: "dot fresh" }), text.signedIn]);
  const others = switcher();
  const looks = face("large");
  const name = el("h1", { dir: "auto", tabIndex: -1 });
  const email = el("bdi");
  const verified = el("span");
  const mail = el("p", { class: "profile-mail" }, [email, " ", verified]);
  const organization = el("bdi");
  const organizationRow = row(text.organization, [organization]);
  const roles = el("bdi");
  const rolesRow = row(text.roles, [roles]);
  const provider = el("span");
  const since = el("span");
  const dot = el("span", { class: "dot" });
  const doing = el("span");
  const tied = el("span");
  const tiedRow = row(text.tiedTo, [tied]);
  const ends = el("span");
  const endsRow = row(text.endsRow, [ends]);
  const identity = row(text.identity, [text.unverifiedIdentity]);
  const why = el("p");
  let foreign = false;
  const retry = act(el("button", { class: "link" }), () => (foreign ? bridge.signIn("") : tried(bridge.retry())));
  let until = 0; // a try is shown for a moment, be it ever so short
  const tried = (/** @type {Promise<unknown>} */ begun) => {
    until = Date.now() + shownTry;
    redraw();
    window.setTimeout(redraw, shownTry);
    return begun;
  };
  /** @type {StateView | undefined} */
  let last;
  let timer = 0;
  const redraw = () => {
    if (last) draw(last);
  };
  const trouble = el("div", { class: "trouble" }, [why, retry]);
  const details = act(el("button", { class: "link", text: text.showDetails }), () => bridge.show("details"));
  const out = act(el("button", { class: "button", text: text.signOutDots }), () =>
    bridge.askSignOut(last?.profile?.id ?? ""),
  );
  const root = screen(
    "profile high",
    [
      el("div", { class: "profile-top" }, [state, others.root]),
      el("div", { class: "profile-head" }, [looks.root, name, mail]),
      el("dl", { class: "card" }, [
        organizationRow,
        rolesRow,
        row(text.provider, [provider]),
        row(text.signedInRow, [since]),
        row(text.session, [dot, doing]),
        tiedRow,
        endsRow,
        identity,
      ]),
      trouble,
      el("p", { class: "more" }, [details]),
      el("div", { class: "grow" }),
      out,
    ],
    [footer()],
  );
  const trying = (/** @type {ProfileView} */ p) =>
    p.healthProblem !== "" && !p.foreign && (p.health === "refreshing" || Date.now() < until);
  const stateOf = (/** @type {ProfileView} */ p) => (p.foreign ? "foreign" : trying(p) ? "refreshing" : p.health);
  /**
   * Draws what the clock changes, and again when it changes the next time: "2 minutes ago" goes on, and at midnight a day
   * has another name. A text that stays is not written: each write costs the webview frames.
   */
  const tick = () => {
    window.clearTimeout(timer);
    const p = last?.profile;
    if (!p) return;
    const now = Date.now();
    const midnight = new Date(now).setHours(24, 0, 0, 0);
    timer = window.setTimeout(tick, stateOf(p) === "offline" ? 60_000 : Math.min(hour, midnight - now));
    const words = health[/** @type {keyof typeof health} */ (stateOf(p))];
    const idle = p.idleMinutes ? text.endsIdle(p.idleMinutes) : "";
    write(since, [when(p.signedInAt, now), p.how].filter(Boolean).join(" · "));
    write(doing, words ? words(p.renewable, when(p.expiresAt, now), ago(p.refreshedAt, now)) : p.health);
    write(ends, [when(p.endsAt, now), idle].filter(Boolean).join(" · "));
  };
  /** @param {StateView} s */
  const draw = (s) => {
    const p = s.profile;
    if (!p) return;
    others.update(s.accounts);
    looks.update(p);
    name.textContent = name.title = p.name;
    email.textContent = p.email;
    mail.hidden = !p.email;
    verified.className = p.emailVerified ? "verified" : "unverified";
    verified.replaceChildren(...(p.emailVerified ? [icon("check"), text.verified] : [text.notVerified]));
    organization.textContent = p.organization;
    organizationRow.hidden = !p.organization;
    roles.textContent = text.list(p.roles ?? [], 3);
    roles.title = (p.roles ?? []).join(", ");
    rolesRow.hidden = !p.roles?.length;
    provider.textContent = p.provider.name;
    verified.title = p.emailVerified ? text.verifiedBy(p.provider.name) : text.notVerifiedBy(p.provider.name);
    dot.className = `dot ${p.foreign ? "offline" : stateOf(p)}`;
    tick();
    tied.textContent = p.tiedTo;
    tiedRow.hidden = !p.tiedTo;
    endsRow.hidden = !ends.textContent;
    identity.hidden = p.verified;
    foreign = p.foreign;
    why.textContent = p.foreign ? `${p.healthProblem} ` : p.healthProblem ? text.offlineWhy(p.healthProblem) : "";
    retry.textContent = p.foreign ? text.signInWith(s.provider.name) : trying(p) ? text.trying : text.renewNow;
    retry.toggleAttribute("aria-disabled", trying(p));
    trouble.hidden = !p.healthProblem;
  };
  window.addEventListener("focus", () => root.hidden || tick()); // the computer may have slept
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      last = s;
      draw(s);
    },
    shown() {
      others.close();
      name.focus();
    },
    hidden() {
      window.clearTimeout(timer);
      others.close();
    },
  };
}
