// The sign-in screen: one button, or the accounts that are kept here.
import * as bridge from "../bridge.js";
import { act, el, field, mark } from "../dom.js";
import { icon } from "../icons.js";
import { accounts } from "../parts/accounts.js";
import { footer, screen } from "../parts/page.js";
import { text } from "../text.js";

/** @returns {import("../main.js").Screen} */
export function signin() {
  const title = el("h1");
  const lead = el("p", { class: "lead" });
  const again = act(el("button", { class: "button main", text: text.signInAgain }), () => bridge.goOnAs(ended));
  const list = accounts();
  const card = el("div", { class: "card" }, [list.root]);
  const other = el("button", { class: "button", text: text.otherAccount });
  const leave = act(el("button", { class: "button", text: text.signOutAll }), () => bridge.askSignOut("all"));
  const after = el("div", { class: "after stack" }, [other, leave]);
  const email = field({ id: "email", type: "text", inputMode: "email", placeholder: text.emailExample });
  const letter = el("span", { class: "provider-mark" });
  letter.setAttribute("aria-hidden", "true");
  const words = el("span");
  const why = el("p", { class: "error", id: "email-error", role: "alert" });
  email.setAttribute("aria-describedby", "email-error");
  const incomplete = (/** @type {string} */ reason) => {
    why.textContent = reason;
    email.setAttribute("aria-invalid", "true");
    email.focus();
  };
  const complete = () => {
    why.textContent = "";
    email.removeAttribute("aria-invalid");
  };
  // Whoever wants another account is asked by the provider which one.
  const button = act(
    el("button", { class: "button main" }, [letter, words]),
    () => (pick ? bridge.otherAccount(email.value) : bridge.signIn(email.value)),
    incomplete,
  );
  const elsewhere = act(
    el("button", { class: "button", text: text.elsewhere }),
    () => bridge.signInElsewhere(email.value),
    incomplete,
  );
  email.addEventListener("input", complete);
  const label = el("label", { for: "email" }, [text.email, el("span", { class: "optional", text: text.optional })]);
  const entry = el("div", { class: "entry" }, [
    el("div", { class: "field" }, [label, email, why]),
    el("div", { class: "stack" }, [button, elsewhere]),
  ]);
  const demo = el("p", { class: "quiet center", text: text.demo });
  const root = screen(
    "signin",
    [mark(), title, lead, again, card, after, entry, el("div", { class: "grow" }), demo],
    [footer()],
  );
  email.addEventListener("keydown", (e) => {
    if (e.key === "Enter") button.click();
  });
  let pick = false; // somebody was here before
  let offered = ""; // what was typed the last time
  let ended = ""; // the account whose session has just ended
  let opened = false; // … and it is somebody else now
  const arrange = () => {
    card.hidden = !pick;
    after.hidden = !pick || opened;
    entry.hidden = pick && !opened;
  };
  root.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !opened) return;
    e.preventDefault();
    opened = false;
    arrange();
    other.focus();
  });
  other.addEventListener("click", () => {
    opened = true;
    arrange();
    email.focus();
  });
  return {
    root,
    update(s) {
      pick = s.accounts.length > 0;
      title.textContent = pick ? text.welcomeBack : text.signInTitle(s.app.name);
      lead.textContent = pick ? text.welcomeBackLead(s.app.name) : text.signInLead;
      list.update(s.accounts);
      leave.hidden = s.accounts.length < 2;
      ended = s.notice?.again ?? "";
      if (!opened && email.value === offered) email.value = pick ? "" : (s.typed ?? ""); // nothing else was typed
      offered = pick ? "" : (s.typed ?? "");
      again.hidden = !ended;
      const sign = s.provider.mark;
      if (letter.dataset.sign !== sign) letter.replaceChildren(sign || icon("key"));
      letter.dataset.sign = sign;
      words.textContent = text.signInWith(s.provider.name);
      elsewhere.hidden = !s.provider.device;
      demo.hidden = !s.app.demo || pick;
      arrange();
    },
    shown() {
      opened = false;
      email.value = offered;
      complete();
      arrange();
      (ended ? again : pick ? card.querySelector("button") : button)?.focus();
    },
  };
}
