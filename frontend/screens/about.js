// What this program is, and whose work is in it.
import { el, mark } from "../dom.js";
import { footer, pageHead, row, screen } from "../parts/page.js";
import { day, middle, text } from "../text.js";

/** @returns {import("../main.js").Screen} */
export function about() {
  const head = pageHead(text.about);
  const name = el("p", { class: "about-name" });
  const version = el("p", { class: "quiet" });
  const commit = el("span", { class: "path" });
  const date = el("span");
  const go = el("span");
  const system = el("span");
  const licences = el("div", { class: "card licences" });
  const root = screen(
    "about high",
    [
      head.root,
      el("div", { class: "about-head" }, [mark(), name, version]),
      el("dl", { class: "card section" }, [
        row(text.commit, [commit]),
        row(text.date, [date]),
        row(text.go, [go]),
        row(text.system, [system]),
      ]),
      el("section", { class: "section" }, [
        el("h2", { text: text.licences }),
        el("p", { class: "quiet", text: text.licencesLead }),
        licences,
      ]),
    ],
    [footer()],
  );
  let drawn = 0;
  return {
    root,
    update(s) {
      const v = s.about;
      if (!v) return;
      name.textContent = s.app.name;
      version.textContent = text.version(s.app.version);
      commit.textContent = middle(v.commit, 17);
      commit.title = v.commit;
      date.textContent = day(v.date);
      go.textContent = v.go;
      system.textContent = v.system;
      const list = v.licences ?? [];
      if (drawn === list.length) return;
      drawn = list.length;
      licences.replaceChildren(
        ...list.map((l) => el("details", {}, [el("summary", { text: (l.modules ?? []).join(", ") }), textOf(l.text)])),
      );
    },
    shown: () => head.title.focus(),
  };
}

/** @param {string} licence */
function textOf(licence) {
  // What scrolls must be reached by the keyboard.
  return el("pre", { text: licence, label: text.licenceText, tabIndex: 0, role: "group" });
}
