// What can be set here, and where the rest comes from.
import * as bridge from "../bridge.js";
import { act, announce, el } from "../dom.js";
import { icon } from "../icons.js";
import { footer, pageHead, row, screen } from "../parts/page.js";
import { appearances, middle, source, stores, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.SettingView} SettingView */

/** @returns {import("../main.js").Screen} */
export function settings() {
  const head = pageHead(text.settings);
  const refused = el("p", { class: "error", role: "alert" });
  const provider = el("dl", { class: "card" });
  const change = act(el("button", { class: "button small" }), () => bridge.show("setup"));
  const providerSection = section(text.provider, [provider, change]);
  const look = appearance();
  const store = protection();
  const start = toggle("start_hidden", text.startHidden, text.startHiddenLead);
  const login = toggle("start_at_login", text.startAtLogin, text.startAtLoginLead);
  const email = toggle("remember_email", text.rememberEmail, text.rememberEmailLead);
  const told = toggle("notifications", text.notifyEnd, text.notifyEndLead);
  const path = el("p", { class: "path" });
  const why = el("p", { class: "error" });
  const logs = act(
    el("button", { class: "button small" }, [icon("folder"), text.openLogs]),
    () => bridge.open("logs"),
    why,
  );
  const root = screen(
    "settings high",
    [
      head.root,
      refused,
      providerSection,
      section(text.appearance, [look.root]),
      section(text.protection, [store.root]),
      section(text.start, [el("div", { class: "card" }, [start.root, login.root])]),
      section(text.atSignIn, [el("div", { class: "card" }, [email.root])]),
      section(text.notifications, [el("div", { class: "card" }, [told.root])]),
      section(text.log, [
        el("div", { class: "card" }, [
          el("div", { class: "setting" }, [el("p", { text: text.logLead }), path, logs, why]),
        ]),
      ]),
    ],
    [footer()],
  );
  let said = "";
  return {
    root,
    update(s) {
      const v = s.settings;
      if (!v) return;
      refused.textContent = v.problem ? text.refused(v.problem) : "";
      if (v.problem && v.problem !== said) announce(refused.textContent);
      said = v.problem;
      provider.replaceChildren(...(v.provider ?? []).map(line));
      provider.hidden = !v.provider?.length;
      change.textContent = v.provider?.length ? text.changeProvider : text.addProvider;
      look.update(v.appearance);
      store.update(v.store);
      start.update(v.startHidden);
      email.update(v.rememberEmail);
      login.root.hidden = !v.startAtLogin;
      if (v.startAtLogin) login.update(v.startAtLogin);
      told.update(v.notifications);
      path.textContent = middle(v.logFolder, 60);
      path.title = v.logFolder;
      why.textContent = "";
    },
    shown: () => head.title.focus(),
  };
}

/**
 * @param {string} title
 * @param {(Node | string)[]} children
 */
const section = (title, children) => el("section", { class: "section" }, [el("h2", { text: title }), ...children]);

/**
 * Where a setting comes from, said when it cannot be changed here.
 * @param {SettingView} v
 */
function from(v) {
  const words = el("span", { class: "from" });
  if (v.locked) words.append(icon("lock"), text.locked);
  else if (v.source) words.append(source(v.source));
  return words;
}

/** @param {import("../wailsjs/go/models").ui.ProviderLine} p */
const line = (p) => row(p.label, [el("span", { text: middle(p.value.text, 64), title: p.value.text }), from(p.value)]);

function appearance() {
  const choices = Object.entries(appearances).map(([value, words]) => {
    const input = el("input", { type: "radio", id: `appearance-${value}`, name: "appearance", value });
    input.addEventListener("change", () => void bridge.set("appearance", value));
    return { input, root: el("label", { for: input.id }, [input, words]) };
  });
  const note = el("p", { class: "quiet" });
  const group = el("fieldset", { class: "segments" }, [
    el("legend", { class: "unseen", text: text.appearance }),
    ...choices.map((c) => c.root),
  ]);
  return {
    root: el("div", {}, [group, note]),
    /** @param {SettingView} v */
    update(v) {
      for (const c of choices) {
        c.input.checked = c.input.value === v.text;
        c.input.disabled = v.fixed;
      }
      note.hidden = !v.fixed;
      note.replaceChildren(from(v));
    },
  };
}

function protection() {
  const name = el("b");
  const means = el("p");
  const note = el("p");
  const passphrase = act(el("button", { class: "button small" }), bridge.choosePassphrase);
  const keychain = act(el("button", { class: "button small", text: text.toKeychain }), bridge.useKeychain);
  const root = el("div", { class: "card" }, [
    el("div", { class: "setting" }, [name, means, note, passphrase, keychain]),
  ]);
  return {
    root,
    /** @param {SettingView} v */
    update(v) {
      const words = stores[/** @type {keyof typeof stores} */ (v.text)] ?? stores.keychain;
      name.textContent = words.name;
      means.textContent = words.means;
      note.hidden = !v.fixed;
      note.replaceChildren(from(v));
      passphrase.textContent = v.text === "file" ? text.otherPassphrase : text.toPassphrase;
      passphrase.hidden = v.fixed && v.text !== "file";
      keychain.hidden = v.fixed || v.text === "keychain";
    },
  };
}

/**
 * A setting that is on or off.
 * @param {string} key
 * @param {string} title
 * @param {string} lead
 */
function toggle(key, title, lead) {
  const box = el("input", { type: "checkbox", id: key });
  box.addEventListener("change", () => void bridge.set(key, String(box.checked)));
  const note = el("p");
  return {
    root: el("label", { class: "setting switch", for: key }, [
      el("span", {}, [el("b", { text: title }), el("p", { text: lead }), note]),
      box,
    ]),
    /** @param {SettingView} v */
    update(v) {
      box.checked = v.text === "true";
      box.disabled = v.fixed;
      note.hidden = !v.fixed;
      note.replaceChildren(from(v));
    },
  };
}
