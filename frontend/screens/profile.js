// Who is signed in, and how the session does. A team replaces this screen.
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { health, text, when } from "../text.js";

/** @typedef {import("../wailsjs/go/models").main.StateView} StateView */

export function profile() {
  const picture = el("img", { class: "face" });
  picture.alt = "";
  const initials = el("div", { class: "face" });
  initials.setAttribute("aria-hidden", "true");
  // The initials stay until the picture is there to be painted.
  const face = () => {
    picture.hidden = !picture.complete || !picture.naturalWidth || !picture.src;
    initials.hidden = !picture.hidden;
  };
  picture.addEventListener("load", face);
  picture.addEventListener("error", face);
  const name = el("h1");
  name.dir = "auto";
  name.tabIndex = -1;
  const email = el("bdi");
  const verified = el("span", { class: "verified" });
  const mail = el("p", { class: "lead" }, [email, " ", verified]);
  const provider = el("dd");
  const since = el("dd");
  const dot = el("span", { class: "dot" });
  const doing = el("span");
  const identity = el("div", { class: "row" }, [
    el("dt", { text: text.identity }),
    el("dd", { text: text.unverifiedIdentity }),
  ]);
  const why = el("p", { class: "quiet center" });
  const retry = act(el("button", { class: "link", text: text.tryAgain }), bridge.retry);
  const trouble = el("div", { class: "trouble" }, [why, retry]);
  const browser = el("input", { id: "end-browser", type: "checkbox" });
  const out = act(el("button", { text: text.signOut }), () => bridge.signOut(browser.checked));
  const choice = el("label", { class: "choice", for: "end-browser" }, [browser, text.endBrowser]);
  const row = (/** @type {string} */ label, /** @type {HTMLElement} */ value) =>
    el("div", { class: "row" }, [el("dt", { text: label }), value]);
  const root = el("main", { class: "screen" }, [
    el("div", { class: "profile-head" }, [picture, initials, name, mail]),
    el("dl", { class: "card" }, [
      row(text.organization, provider),
      row(text.signedIn, since),
      row(text.session, el("dd", {}, [dot, doing])),
      identity,
    ]),
    trouble,
    el("div", { class: "grow" }),
    out,
    choice,
  ]);
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      const p = s.profile;
      if (!p) return;
      if (!p.picture) picture.removeAttribute("src");
      else if (picture.src !== p.picture) picture.src = p.picture;
      face();
      initials.textContent = p.initials;
      name.textContent = name.title = p.name;
      email.textContent = p.email;
      mail.hidden = !p.email || p.email === p.name;
      verified.textContent = p.emailVerified ? text.verified : text.notVerified;
      verified.className = p.emailVerified ? "verified" : "quiet";
      provider.textContent = s.provider;
      since.textContent = when(p.signedInAt, Date.now());
      dot.className = `dot ${p.health}`;
      const words = health[/** @type {keyof typeof health} */ (p.health)];
      doing.textContent = words ? words(p.renewable) : p.health;
      identity.hidden = p.verified;
      why.textContent = p.healthProblem;
      trouble.hidden = !p.healthProblem;
    },
    shown() {
      browser.checked = false;
      name.focus();
    },
  };
}
