// A person's picture, or initials until there is one.
import { el } from "../dom.js";
import { icon } from "../icons.js";

/** @typedef {{picture: string, initials: string, tone: number}} Looks */

/** @param {string} [size] "large" or nothing */
export function face(size = "") {
  const picture = el("img", { alt: "", decoding: "sync" });
  const initials = el("span");
  const nobody = icon("person");
  const root = el("span", { class: `face ${size}` }, [initials, nobody, picture]);
  root.setAttribute("aria-hidden", "true");
  // The initials stay until the picture is there to be painted.
  const painted = () => {
    picture.hidden = !picture.complete || !picture.naturalWidth || !picture.src;
  };
  picture.addEventListener("load", painted);
  picture.addEventListener("error", painted);
  return {
    root,
    /** @param {Looks} p */
    update(p) {
      root.style.background = `var(--tone-${p.tone})`;
      root.style.color = `var(--tone-ink-${p.tone})`;
      initials.textContent = p.initials;
      nobody.toggleAttribute("hidden", p.initials !== "");
      if (!p.picture) picture.removeAttribute("src");
      else if (picture.src !== p.picture) picture.src = p.picture;
      painted();
    },
  };
}
