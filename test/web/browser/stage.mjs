// The set-up of the browser tests: serves the frontend, opens it in a real browser
// with a script in place of Go, and counts the checks.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "../../frontend");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where pictures are kept. */
export const artifacts = join(here, "../../artifacts/web");
mkdirSync(artifacts, { recursive: true });

let passed = 0;
const failures = [];

/** Notes whether a check passes. */
export const check = (/** @type {boolean} */ ok, /** @type {string} */ what) => {
  if (ok) passed += 1;
  else failures.push(what);
};

/** Prints the result and ends the process. */
export function report() {
  for (const f of failures) console.error(`FAIL ${f}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}

/** A state that Go has written. */
export const snapshot = (name) => JSON.parse(readFileSync(join(here, "snapshots", `${name}.json`), "utf8"));

/** The names of all states. */
export const names = readdirSync(join(here, "snapshots")).map((f) => f.replace(".json", ""));

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const server = createServer((req, res) => {
  const path = normalize(join(root, new URL(req.url ?? "/", "http://x").pathname.replace(/\/$/, "/index.html")));
  try {
    if (!path.startsWith(root)) throw new Error("outside");
    res.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
    res.end(readFileSync(path));
  } catch {
    res.statusCode = 404;
    res.end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
const address = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Closes the browser and the server. */
export async function close() {
  await browser.close();
  server.close();
}

/** Opens the page with a script in place of Go, which answers State and notes the calls. */
export async function open(state, options) {
  const page = await browser.newPage({
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/London",
    ...options,
  });
  const problems = [];
  page.on("pageerror", (e) => problems.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !m.text().includes("404") && problems.push(m.text()));
  await page.clock.setFixedTime(new Date("2026-03-14T10:32:00Z"));
  await page.addInitScript((first) => {
    const calls = [];
    const listeners = [];
    window.calls = calls;
    window.refuse = {};
    window.publish = (s) => {
      for (const f of listeners) f(s);
    };
    const called = (name, args) => {
      calls.push([name, ...args]);
      if (window.refuse[name]) return Promise.reject(window.refuse[name]);
      return Promise.resolve(name === "State" ? first : undefined);
    };
    const app = new Proxy(
      {},
      {
        get:
          (_, name) =>
          (...args) =>
            called(name, args),
      },
    );
    window.go = { main: { App: app } };
    window.runtime = {
      EventsOnMultiple: (_name, f) => {
        listeners.push(f);
        return () => {};
      },
    };
  }, state);
  await page.goto(address);
  await page.waitForFunction(() => window.calls.some(([name]) => name === "ReportScreen"));
  if (state.leaving) await page.waitForSelector("dialog[open]");
  return { page, problems };
}

/** The shapes in which every state must be good to look at. */
export const shapes = {
  light: { colorScheme: "light", viewport: { width: 420, height: 680 } },
  dark: { colorScheme: "dark", viewport: { width: 420, height: 680 } },
  narrow: { colorScheme: "light", viewport: { width: 340, height: 480 } },
  large: { colorScheme: "dark", viewport: { width: 420, height: 680 } },
  rtl: { colorScheme: "light", viewport: { width: 420, height: 680 } },
};

/** Gives an open page its shape: 200 % text, or another direction. */
export async function give(page, shape) {
  await page.evaluate(axe);
  await page.evaluate((name) => {
    if (name === "large") document.documentElement.style.fontSize = "200%";
    if (name === "rtl") document.documentElement.dir = "rtl";
  }, shape);
}

/** Draws a state on an open page and waits until its screen, which may be loaded first, and its pictures are there. */
export async function draw(page, state) {
  await page.evaluate((s) => window.publish(s), state);
  await page.waitForSelector(`#screens > .screen.${state.screen}:not([hidden])`, { state: "attached" });
  if (state.leaving) await page.waitForSelector("dialog[open]");
  await page.evaluate(async () => {
    await Promise.all(
      [...document.images].filter((i) => i.src && i.offsetParent).map((i) => i.decode().catch(() => {})),
    );
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Checks what is drawn with axe-core and the rules of the design, and keeps a picture of it. */
export async function examine(page, name, shape, full = true) {
  await page.screenshot({ path: join(artifacts, `${name}-${shape}.png`), fullPage: full });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  check(!wide, `${name} ${shape}: wider than its window`);
  check((await page.locator("main:visible").count()) === 1, `${name} ${shape}: not one screen`);
  check(
    (await page.locator("img[onerror], script:not([src])").count()) === 0,
    `${name} ${shape}: markup of a stranger`,
  );
  if (!["light", "dark"].includes(shape)) return; // what axe-core looks at is the same there
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const said = violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target).join(" ")}`).join("; ");
  check(violations.length === 0, `${name} ${shape}: ${said}`);
}
