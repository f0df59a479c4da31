// A passphrase: to open what is stored, or to protect it from now on.
import * as bridge from "../bridge.js";
import { act, el, mark } from "../dom.js";
import { screen } from "../parts/page.js";
import { passphraseField } from "../parts/passphrase.js";
import { actions, text } from "../text.js";

const shortest = 8;

/** @returns {import("../main.js").Screen} */
export function unlock() {
  const title = el("h1");
  const lead = el("p", { class: "lead" });
  const first = passphraseField("passphrase", text.passphrase, () => go.click());
  const second = passphraseField("passphrase-again", text.again, () => go.click());
  const why = el("p", { class: "error", role: "alert" });
  const go = el("button", { class: "button main" });
  const memory = act(el("button", { class: "button", text: actions.use_memory }), bridge.useMemory);
  const back = act(el("button", { class: "button", text: actions.dismiss }), bridge.dismiss);
  const over = act(el("button", { class: "button small", text: text.startOver }), bridge.startOver);
  const forgotten = el("details", {}, [
    el("summary", { text: text.forgotten }),
    el("p", { text: text.forgottenMeans }),
    over,
  ]);
  let choosing = false;
  let mine = ""; // what is wrong with what was typed, until the next try
  const reset = () => {
    first.reset();
    second.reset();
  };
  const say = (/** @type {string} */ words) => {
    mine = words;
    why.textContent = words;
  };
  act(go, async () => {
    const typed = first.input.value;
    say("");
    if (choosing && typed.length < shortest) say(text.short);
    else if (choosing && typed !== second.input.value) say(text.different);
    else {
      reset();
      await (choosing ? bridge.protectWithPassphrase(typed) : bridge.unlock(typed));
    }
  });
  const root = screen("unlock signin", [
    mark(),
    title,
    lead,
    el("div", { class: "entry stack" }, [first.root, second.root]),
    why,
    forgotten,
    el("div", { class: "grow" }),
    el("div", { class: "stack" }, [go, memory, back]),
  ]);
  return {
    root,
    update(s) {
      choosing = s.choosing;
      title.textContent = choosing ? text.chooseTitle : text.unlockTitle;
      lead.textContent = choosing ? text.chooseLead : text.unlockLead;
      go.textContent = choosing ? text.protect : text.unlock;
      second.root.hidden = !choosing;
      back.hidden = !choosing;
      memory.hidden = choosing;
      forgotten.hidden = choosing;
      why.textContent = mine;
      if (!mine && s.problem && ["wrong_passphrase", "weak_passphrase"].includes(s.problem.code))
        why.textContent = `${s.problem.title}. ${s.problem.message}`;
    },
    shown: () => first.input.focus(),
    hidden() {
      reset();
      forgotten.open = false;
      say("");
    },
  };
}
