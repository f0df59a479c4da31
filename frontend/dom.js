// Small helpers to build pages from. Text is always set as text, never as markup.

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {{class?: string, text?: string, type?: string, id?: string, for?: string, label?: string}} [with_]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, with_ = {}, children = []) {
  const e = document.createElement(name);
  if (with_.class) e.className = with_.class;
  if (with_.text !== undefined) e.textContent = with_.text;
  if (with_.type) e.setAttribute("type", with_.type);
  if (with_.id) e.id = with_.id;
  if (with_.for) e.setAttribute("for", with_.for);
  if (with_.label) e.setAttribute("aria-label", with_.label);
  e.append(...children);
  return e;
}

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
 * @param {(why: string) => void} [failed]
 */
export function act(button, command, failed) {
  button.type = "button";
  const show = failed ?? ((/** @type {string} */ why) => button.after(el("p", { class: "error", text: why })));
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
