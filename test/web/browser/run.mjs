// Draws every snapshot that Go has written in a real browser, in both themes and
// several shapes; holds each against axe-core; presses the keys that a person would;
// and keeps a picture of each in artifacts/web.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "../../frontend");
const artifacts = join(here, "../../artifacts/web");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(artifacts, { recursive: true });
let passed = 0;
const failures = [];
const check = (/** @type {boolean} */ ok, /** @type {string} */ what) => {
  if (ok) passed += 1;
  else failures.push(what);
};

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

/** Opens the page with Go played by a script: it answers State and notes the calls. */
async function open(snapshot, options) {
  const page = await browser.newPage(options);
  const problems = [];
  page.on("pageerror", (e) => problems.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !m.text().includes("404") && problems.push(m.text()));
  await page.addInitScript((state) => {
    const calls = [];
    const listeners = [];
    window.calls = calls;
    window.publish = (s) => {
      for (const f of listeners) f(s);
    };
    const called = (name, args) => {
      calls.push([name, ...args]);
      return Promise.resolve(name === "State" ? state : undefined);
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
  }, snapshot);
  await page.goto(address);
  await page.waitForFunction(() => window.calls.some(([name]) => name === "ReportScreen"));
  return { page, problems };
}

const shapes = {
  light: { colorScheme: "light", viewport: { width: 420, height: 640 } },
  dark: { colorScheme: "dark", viewport: { width: 420, height: 640 } },
  narrow: { colorScheme: "light", viewport: { width: 340, height: 480 } },
  large: { colorScheme: "dark", viewport: { width: 420, height: 640 } },
};

for (const file of readdirSync(join(here, "snapshots"))) {
  const name = file.replace(".json", "");
  const snapshot = JSON.parse(readFileSync(join(here, "snapshots", file), "utf8"));
  for (const [shape, options] of Object.entries(shapes)) {
    const { page, problems } = await open(snapshot, { ...options, reducedMotion: "reduce" });
    if (shape === "large") await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    await page.screenshot({ path: join(artifacts, `${name}-${shape}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    check(!wide, `${name} ${shape}: wider than its window`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
    );
    check(
      violations.length === 0,
      `${name} ${shape}: ${violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target).join(" ")}`).join("; ")}`,
    );
    check(problems.length === 0, `${name} ${shape}: ${problems.join("; ")}`);
    check(
      (await page.locator("img[onerror], script:not([src])").count()) === 0,
      `${name} ${shape}: markup of a stranger`,
    );
    await page.close();
  }
}

// The keys that a person presses.
const snapshot = (name) => JSON.parse(readFileSync(join(here, "snapshots", `${name}.json`), "utf8"));
const keys = async (name, pressed, want) => {
  const { page } = await open(snapshot(name), shapes.light);
  for (const key of pressed)
    key.startsWith("type:") ? await page.keyboard.type(key.slice(5)) : await page.keyboard.press(key);
  const calls = await page.evaluate(() => window.calls.map((c) => c.join(" ")));
  check(calls.includes(want), `${name} ${pressed}: ${want} is not among ${calls}`);
  await page.close();
};
await keys("signin", ["Enter"], "SignIn");
await keys("waiting", ["Escape"], "CancelSignIn");
await keys("waiting", ["Tab", "Tab", "Tab", "Tab", "Enter"], "CancelSignIn");
await keys("profile", ["Tab", "Enter"], "SignOut false");
await keys("profile", ["Tab", "Tab", "Space", "Shift+Tab", "Enter"], "SignOut true");
await keys("problem", ["Enter"], "Retry");
await keys("unlock", ["type:correct horse", "Enter"], "Unlock correct horse");
await keys(
  "unlock-choose",
  ["type:correct horse", "Tab", "type:correct horse", "Enter"],
  "ProtectWithPassphrase correct horse",
);

// An Enter that is held, or pressed twice, must not end the wait that it began.
{
  const { page } = await open(snapshot("waiting"), shapes.light);
  await page.keyboard.press("Enter");
  check(
    !(await page.evaluate(() => window.calls.some(([n]) => n === "CancelSignIn"))),
    "a second Enter cancels the sign-in",
  );
  await page.close();
}

// A screen follows the state that it is given, and an older one changes nothing.
{
  const { page } = await open(snapshot("signin"), shapes.light);
  const profile = { ...snapshot("profile"), revision: 9 };
  await page.evaluate((s) => window.publish(s), profile);
  await page.evaluate((s) => window.publish(s), { ...snapshot("problem"), revision: 8 });
  check(
    (await page.locator("h1:visible").textContent()) === "Ada Lovelace",
    "the profile is not drawn, or an older state was",
  );
  check((await page.locator("main:visible").count()) === 1, "two screens at once");
  await page.close();
}

await browser.close();
server.close();
for (const f of failures) console.error(`FAIL ${f}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
