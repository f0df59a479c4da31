// What the provider says about the person: every claim, in plain words.
import * as bridge from "../bridge.js";
import { announce, el, field } from "../dom.js";
import { icon } from "../icons.js";
import { copyButton } from "../parts/copy.js";
import { pageHead, screen } from "../parts/page.js";
import { ago, exact, text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.ClaimView} ClaimView */

/** @returns {import("../main.js").Screen} */
export function details() {
  const head = pageHead(text.detailsTitle);
  const search = field({ id: "search", type: "search", label: text.search, placeholder: text.search });
  const said = el("p", { class: "quiet said" });
  const copy = copyButton(text.copyJSON, bridge.copyDetails, { failed: said });
  const groups = el("div");
  const nothing = el("p", { class: "lead center" });
  const lead = el("p", { class: "quiet", text: text.detailsLead });
  const root = screen("details high", [
    head.root,
    el("div", { class: "details-tools" }, [el("div", { class: "search" }, [icon("search"), search]), copy]),
    said,
    lead,
    groups,
    nothing,
  ]);
  /** @type {{root: HTMLElement, lines: {root: HTMLElement, words: string}[]}[]} */
  let drawn = [];
  let known = "";
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    let found = 0;
    for (const group of drawn) {
      let here = 0;
      for (const line of group.lines) {
        line.root.hidden = !line.words.includes(wanted);
        here += line.root.hidden ? 0 : 1;
      }
      group.root.hidden = here === 0;
      found += here;
    }
    nothing.hidden = found > 0;
    nothing.textContent = wanted ? text.nothingFound : text.noClaims;
    return found;
  };
  search.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !search.value) return;
    e.preventDefault(); // the next one leaves the page
    search.value = "";
    announce(text.found(filter()));
  });
  search.addEventListener("input", () => announce(text.found(filter())));
  return {
    root,
    update(s) {
      const key = JSON.stringify(s.details);
      if (!s.details || known === key) return;
      known = key;
      drawn = grouped(s.details.rows ?? []);
      groups.replaceChildren(...drawn.map((g) => g.root));
      filter();
    },
    shown() {
      search.value = "";
      said.textContent = "";
      filter();
      head.title.focus();
    },
    hidden() {
      groups.replaceChildren();
      known = "";
    },
  };
}

/** @param {ClaimView[]} rows in the order of their groups */
function grouped(rows) {
  /** @type {{root: HTMLElement, list: HTMLElement, name: string, lines: {root: HTMLElement, words: string}[]}[]} */
  const out = [];
  for (const c of rows) {
    let group = out.at(-1);
    if (group?.name !== c.group) {
      const list = el("dl", { class: "card claims" });
      group = {
        name: c.group,
        list,
        root: el("section", { class: "section" }, [el("h2", { text: c.group }), list]),
        lines: [],
      };
      out.push(group);
    }
    const line = claim(c);
    group.list.append(line);
    group.lines.push({ root: line, words: `${c.label} ${c.claim} ${c.text}`.toLowerCase() });
  }
  return out;
}

/** @param {ClaimView} c */
function claim(c) {
  const value = el("dd", { dir: "auto" });
  if (c.at) value.append(exact(c.at), " ", el("small", { text: `· ${ago(c.at, Date.now())}` }));
  else value.textContent = c.text;
  if (c.text.length > 400) value.replaceChildren(lengthy(c));
  return el("div", { class: "claim" }, [el("dt", {}, [c.label, el("code", { text: c.claim })]), value]);
}

/** A long value scrolls, and what scrolls must be reached by the keyboard. @param {ClaimView} c */
const lengthy = (c) => el("div", { class: "lengthy", text: c.text, label: c.label, tabIndex: 0, role: "group" });
