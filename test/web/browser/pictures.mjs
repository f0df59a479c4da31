// Takes the README's pictures: the states of the tests, at twice the size.
import { fileURLToPath } from "node:url";
import { close, draw, open, shapes, snapshot } from "./stage.mjs";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
for (const [name, theme] of [
  ["signin", "light"],
  ["profile", "light"],
  ["profile", "dark"],
]) {
  const { page } = await open(snapshot("starting"), { ...shapes[theme], deviceScaleFactor: 2 });
  await draw(page, { ...snapshot(name), revision: 10 });
  await page.evaluate(() => document.activeElement?.blur()); // the ring is for who uses the keyboard
  await page.screenshot({ path: `${docs}${name}-${theme}.png` });
  await page.close();
}
await close();
