// Another device is signed in by its code, and a browser is signed out after it was asked.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { heading, launch, limit, openDemo, press } from "./demo.mjs";

let demo, browser, context, page;
before(async () => {
  demo = await openDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.close();
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  page = await context.newPage();
});

/** Begins a sign-in on a device and returns it with its code. */
async function device() {
  const program = demo.begin("signin", "--device");
  const [, code] = await program.says(/\n\s+([A-Z]{4}-[A-Z]{4})\n/);
  return { program, code };
}

test("a device is let in", async () => {
  const { program, code } = await device();
  await page.goto(`${demo.issuer}/device`);
  await page.getByLabel("Code").fill(code.toLowerCase().replace("-", " "));
  await press(page, "Continue");
  await heading(page, "Sign in for the other device");
  await page.getByRole("button", { name: "Continue as Ada Lovelace" }).click();
  await heading(page, "Let the other device in?");
  assert.equal(await page.locator(".shown-code").textContent(), code);
  assert.equal(await demo.status(), null, "it is in before it was let in");
  await press(page, "Let it in");
  await heading(page, "The device is in");
  assert.equal(await program.ended, 0, program.text);
  assert.equal((await demo.status()).sub, "ada");
  await demo.run("signout");
});

test("a device is turned away", async () => {
  const { program, code } = await device();
  await page.goto(`${demo.issuer}/device?user_code=${code}`);
  assert.equal(await page.getByLabel("Code").inputValue(), code);
  await press(page, "Continue");
  await page.getByRole("button", { name: "Continue as Ada Lovelace" }).click();
  await press(page, "Turn it away");
  await heading(page, "The device was turned away");
  assert.equal(await program.ended, 1, program.text);
  assert.equal(await demo.status(), null);
});

test("a code that no device has, and too many of them", async () => {
  await page.goto(`${demo.issuer}/device`);
  const guess = async () => {
    await page.getByLabel("Code").fill("BCDF-GHJK");
    await press(page, "Continue");
    return page.getByRole("alert").textContent({ timeout: limit });
  };
  assert.match(await guess(), /No device is waiting with this code/);
  let said = "";
  for (let i = 0; i < 30 && !/Too many/.test(said); i++) said = await guess();
  assert.match(said, /Too many codes were tried/);
});

test("a sign-out of the browser is confirmed, and comes back to the app", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  await page.getByLabel("Email").fill("grace@acme.example");
  await press(page, "Use my company’s sign-in");
  await page.getByLabel("Password").fill("nanosecond");
  await press(page, "Sign in");
  await heading(page, "You are signed in");
  assert.equal(await app.program.ended, 0, app.program.text);
  await page.goto(`${demo.issuer}/signout`);
  await heading(page, "Sign out in this browser?");
  await press(page, "Sign out");
  await heading(page, "Nobody is signed in here");
  await page.getByRole("link", { name: "Sign out there too" }).click(); // the directory's own session
  await press(page, "Sign out");
  await heading(page, "Nobody is signed in here");
  await demo.run("signout");
});
