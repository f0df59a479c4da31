// Draws every state that Go has written in a real browser, in both themes and several
// shapes; checks each with axe-core; presses the keys that a person would; and keeps
// a picture of each in artifacts/web.
import { keys } from "./keys.mjs";
import { check, close, draw, examine, give, names, open, report, shapes, snapshot } from "./stage.mjs";

/** The many problems differ in their words alone: two shapes show what those do. */
const inFull = (name) =>
  !name.startsWith("problem-") || ["problem-long", "problem-markup", "problem-network"].includes(name);

/** What a person opens on a screen without a call to Go. */
const poses = {
  "profile-switcher": ["profile-long", (page) => page.locator(".switcher > button").click()],
  "signin-other": ["signin-several", (page) => page.locator(".after button").first().click()],
  "waiting-paste": ["waiting", (page) => page.locator(".helps .link").nth(2).click()],
  "problem-support": ["problem-network", (page) => page.locator(".problem summary").click()],
  "details-search": ["details", (page) => page.locator("#search").fill("role")],
  "details-nothing": ["details", (page) => page.locator("#search").fill("zebra")],
  "about-open": ["about", (page) => page.locator(".licences summary").nth(1).click()],
};

// For a quick look: the states that begin with a name, in one shape.
const [only, one] = process.argv.slice(2);
for (const shape of Object.keys(shapes).filter((s) => !one || s === one)) {
  const { page, problems } = await open(snapshot("starting"), shapes[shape]);
  await give(page, shape);
  let revision = 10;
  for (const name of names.filter((n) => !only || n.startsWith(only))) {
    if (!inFull(name) && !["light", "large"].includes(shape)) continue;
    await draw(page, { ...snapshot(name), revision: ++revision });
    await examine(page, name, shape);
  }
  for (const [name, [from, act]] of Object.entries(poses).filter(([n]) => !only || n.startsWith(only))) {
    await draw(page, { ...snapshot("starting"), revision: ++revision });
    await draw(page, { ...snapshot(from), revision: ++revision });
    await act(page);
    await examine(page, name, shape, false);
    await page.keyboard.press("Escape");
  }
  check(problems.length === 0, `${shape}: ${problems.join("; ")}`);
  await page.close();
}
if (!only) await keys();
await close();
report();
