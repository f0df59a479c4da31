// Small helpers to build pages from. Text is always set as text, never as markup.

/**
 * Makes an element. What has no name of its own here is set as a property of the element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {{class?: string, text?: string, for?: string, label?: string, role?: string}
 *   & Partial<HTMLElementTagNameMap[K]>} [with_]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, { class: classes, text, for: target, label, role, ...rest } = {}, children = []) {
  const e = document.createElement(name);
  if (name === "button") e.setAttribute("type", "button");
  if (classes) e.className = classes;
  if (text !== undefined) e.textContent = text;
  const attributes = { for: target, "aria-label": label, role };
  for (const [k, v] of Object.entries(attributes)) if (v) e.setAttribute(k, v);
  Object.assign(e, rest).append(...children);
  return e;
}

/**
 * A field for a text that only the person knows: nothing is filled in or corrected.
 * @param {{id: string, type: string, label?: string, inputMode?: string, placeholder?: string}} with_
 */
export const field = (with_) => el("input", { class: "input", autocomplete: "off", spellcheck: false, ...with_ });

const svgNS = "http://www.w3.org/2000/svg";

/**
 * Makes a picture of our own from shapes.
 * @param {string} className
 * @param {string} viewBox
 * @param {[string, Record<string, string>][]} shapes
 */
export function svg(className, viewBox, shapes) {
  const e = document.createElementNS(svgNS, "svg");
  e.setAttribute("class", className);
  e.setAttribute("viewBox", viewBox);
  e.setAttribute("aria-hidden", "true");
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS(svgNS, name);
    for (const [k, v] of Object.entries(attributes)) shape.setAttribute(k, v);
    e.append(shape);
  }
  return e;
}

/** The key, our mark: build/appicon.svg in one colour. */
export const mark = () =>
  svg("mark", "0 0 52 52", [
    ["rect", { width: "52", height: "52", rx: "14" }],
    ["circle", { cx: "23.8", cy: "17.9", r: "6.4" }],
    ["path", { d: "M23.8 24.3V39H35M23.8 32.4H30" }],
  ]);

/** Calls f when what is on the page now has been painted: two frames on. @param {() => void} f */
export const afterPaint = (f) => requestAnimationFrame(() => requestAnimationFrame(f));

/** Says a thing aloud, and where there is no other place, on the page. */
export function announce(/** @type {string} */ words) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = words;
}

/**
 * Says on the button itself that something was copied, for a moment, and aloud.
 * @param {HTMLElement} label what the button says
 * @param {string} done
 */
export function copied(label, done) {
  const before = label.dataset.before ?? label.textContent ?? "";
  label.dataset.before = before;
  label.textContent = done;
  announce(done);
  window.setTimeout(() => {
    if (label.textContent === done) label.textContent = before;
  }, 2500);
}

/**
 * A button whose command is under way cannot be pressed again, and keeps the
 * focus; when it fails, the reason is shown where the button stands.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<unknown>} command
 * @param {HTMLElement | ((why: string) => void)} [failed] takes the reason
 */
export function act(button, command, failed) {
  const show = (/** @type {string} */ why) => {
    if (failed instanceof HTMLElement) failed.textContent = why;
    else if (failed) failed(why);
    else button.after(el("p", { class: "error", text: why }));
  };
  button.addEventListener("click", async () => {
    if (button.disabled || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    if (button.nextElementSibling?.classList.contains("error")) button.nextElementSibling.remove();
    try {
      await command();
    } catch (err) {
      show(String(err));
      announce(String(err));
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return button;
}
