// The person is at the browser. Says what it waits for, and can always be left.
import * as bridge from "../bridge.js";
import { act, copied, el } from "../dom.js";
import { icon, ring } from "../icons.js";
import { countdown } from "../parts/countdown.js";
import { screen } from "../parts/page.js";
import { paste } from "../parts/paste.js";
import { text } from "../text.js";

/** @returns {import("../main.js").Screen} */
export function waiting() {
  // The title has the focus, not Cancel: an Enter that is held must not end the wait.
  const title = el("h1", { text: text.waitingTitle, tabIndex: -1 });
  const lead = el("p", { class: "lead" });
  const said = el("p", { class: "quiet center" });
  const once = el("p", { class: "quiet center", role: "status" });
  const strays = el("p", { class: "quiet center" });
  const left = countdown();
  const cancel = act(el("button", { class: "button", text: text.cancel }), bridge.cancelSignIn);
  const pasting = paste();
  const again = act(el("button", { class: "link", text: text.openAgain }), bridge.openBrowserAgain, said);
  const copy = act(
    el("button", { class: "link", text: text.copyLink }),
    () => bridge.copyLink().then(() => copied(copy, text.copied)),
    said,
  );
  const elsewhere = act(el("button", { class: "link", text: text.elsewhere }), () => bridge.signInElsewhere(""), said);
  const help = (/** @type {string} */ name, /** @type {string} */ question, /** @type {(Node | string)[]} */ answer) =>
    el("li", {}, [icon(name), el("div", {}, [el("b", { text: question }), el("div", { class: "what" }, answer)])]);
  const look = act(el("button", { class: "link", text: text.errorCheck }), () => bridge.show("check"), said);
  const other = help("phone", text.noBrowser, [elsewhere]);
  const root = screen("waiting", [
    el("div", { class: "center" }, [ring(), title, lead]),
    once,
    strays,
    el("ul", { class: "helps" }, [
      help("mail", text.magicLink, [text.magicLinkHelp]),
      help("open", text.nothingOpened, [again, text.or, copy]),
      help("clipboard", text.stuck, [pasting.root]),
      help("alert", text.errorThere, [look]),
      other,
    ]),
    el("div", { class: "grow" }),
    said,
    el("div", { class: "stays" }, [left.root, cancel]),
  ]);
  return {
    root,
    update(s) {
      if (!s.waiting) return;
      left.update(s.waiting.until);
      const trouble = s.waiting.openFailed;
      lead.textContent = trouble
        ? text.openFailedLead(trouble)
        : s.waiting.linked
          ? text.waitingLead(s.provider.name)
          : text.waitingEarly(s.provider.name);
      again.disabled = copy.disabled = !s.waiting.linked;
      other.hidden = !s.provider.device;
      const why = text.onceMore[/** @type {keyof typeof text.onceMore} */ (s.waiting.again)];
      once.hidden = !why;
      once.textContent = why ? why(s.provider.name) : "";
      strays.hidden = s.waiting.strays === 0;
      strays.textContent = s.waiting.stray || text.strays;
    },
    shown() {
      said.textContent = "";
      pasting.reset();
      left.start();
      title.focus();
    },
    hidden: left.stop,
  };
}
