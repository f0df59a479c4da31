// The three ways in, in a real browser, with the built latchkeyctl on the other side.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { askForLink, heading, launch, limit, openDemo, press } from "./demo.mjs";

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
  await demo.run("signout", "--all");
});

/** Waits until a person is signed in to the app, and returns who. */
async function whoArrived({ program }) {
  assert.equal(await program.ended, 0, program.text);
  return demo.status();
}

test("magic link: somebody new gives a name, and the first tab tells what happened", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  const mail = await askForLink(page, "vera@visitor.example");
  assert.match(await mail.locator("main").textContent(), /To\s*vera@visitor\.example/);
  await mail.getByRole("link", { name: "Sign in", exact: true }).click();
  await heading(mail, "Sign in as vera@visitor.example?");
  assert.equal(await demo.status(), null, "the link alone signed somebody in");
  await press(mail, "Yes, sign me in");
  await heading(mail, "What is your name?");
  await heading(page, "Continue in the other tab");
  await mail.getByLabel("Name").fill("Véra <Visitor>");
  await press(mail, "Sign me in");
  await heading(mail, "You are signed in"); // the app's own page
  await heading(page, "You are signed in");
  const who = await whoArrived(app);
  assert.equal(who.name, "Véra <Visitor>");
  assert.equal(who.email, "vera@visitor.example");
  assert.equal(who.email_verified, true);
});

test("magic link: somebody known is not asked for a name", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  const mail = await askForLink(page, "ada@acme.example");
  await mail.getByRole("link", { name: "Sign in", exact: true }).click();
  await press(mail, "Yes, sign me in");
  await heading(mail, "You are signed in");
  assert.equal((await whoArrived(app)).sub, "ada");
});

test("magic link, without JavaScript: the first tab still tells", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const tab = await plain.newPage();
  const app = await demo.signIn();
  await tab.goto(app.address);
  const mail = await askForLink(tab, "ada@acme.example");
  await mail.getByRole("link", { name: "Sign in", exact: true }).click();
  await press(mail, "Yes, sign me in");
  await heading(mail, "You are signed in");
  await heading(tab, "You are signed in");
  assert.equal((await whoArrived(app)).sub, "ada");
  await plain.close();
});

test("social login: the page of consent shows faces, and says what is told", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  await press(page, "Somebody else at Plaza");
  await heading(page, "Latchkey wants to know who you are");
  await page.waitForLoadState("load"); // the faces are there
  assert.equal(await page.locator("img.face").evaluateAll((all) => all.filter((i) => i.naturalWidth < 100).length), 0);
  assert.ok((await page.locator("img.face").count()) >= 4);
  await page.getByRole("button", { name: "Allow as Hedy Lamarr" }).click();
  await heading(page, "You are signed in");
  const who = await whoArrived(app);
  assert.equal(who.sub, "hedy");
  const face = await context.request.get(who.picture);
  assert.equal(face.headers()["content-type"], "image/png");
});

test("social login: one click for somebody who has let the app in before", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  await page.getByRole("button", { name: "Continue as Grace Hopper" }).click();
  await heading(page, "You are signed in");
  assert.equal((await whoArrived(app)).sub, "grace");
});

test("SSO: the address leads to the company's directory", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  await page.getByLabel("Email").fill("katherine@globex.example");
  await press(page, "Use my company’s sign-in");
  await heading(page, "Sign in at Globex");
  assert.equal(new URL(page.url()).origin, demo.directory);
  await page.getByLabel("Password").fill("trajectory");
  await press(page, "Sign in");
  await heading(page, "You are signed in");
  assert.equal((await whoArrived(app)).sub, "katherine");
});

test("by the keyboard alone", async () => {
  const app = await demo.signIn();
  await page.goto(app.address);
  await page.locator("input:focus").waitFor({ timeout: limit }); // the field has the focus
  await page.keyboard.type("grace@acme.example");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await heading(page, "Sign in at Acme Corp");
  await page.locator("input:focus").waitFor({ timeout: limit });
  await page.keyboard.type("nanosecond");
  await page.keyboard.press("Enter");
  await heading(page, "You are signed in");
  assert.equal((await whoArrived(app)).sub, "grace");
});

test("a browser that is known goes on with a click, or as somebody else", async () => {
  const first = await demo.signIn();
  await page.goto(first.address);
  await page.getByRole("button", { name: "Continue as Ada Lovelace" }).click();
  await heading(page, "You are signed in");
  await whoArrived(first);
  const again = await demo.signIn("--another");
  await page.goto(again.address);
  await heading(page, "Welcome back");
  await page.getByText("Ada Lovelace").waitFor({ timeout: limit });
  await press(page, "Use another account");
  await page.getByRole("button", { name: "Continue as Grace Hopper" }).click();
  await heading(page, "You are signed in");
  assert.equal((await whoArrived(again)).sub, "grace");
});

test("the app's last page closes its tab where the browser lets it: by itself after a sign-in, by a button otherwise", async () => {
  const app = await demo.signIn();
  const asked = new URL(app.address).searchParams;
  const opened = context.waitForEvent("page", { timeout: limit }); // a tab of its own, as the app opens one
  await page.evaluate(
    (address) => void window.open(address, "_blank", "noopener"),
    `${asked.get("redirect_uri")}?error=access_denied&iss=${demo.issuer}&state=${asked.get("state")}`,
  );
  page = await opened;
  await heading(page, "Sign-in not finished");
  assert.equal(page.url().includes("state="), false);
  const closed = page.waitForEvent("close", { timeout: limit });
  await press(page, "Close this tab");
  await closed;
  await app.program.ended;

  // A tab that has shown other pages stays: the button would do nothing, and is not there.
  page = await context.newPage();
  const again = await demo.signIn();
  await page.goto(again.address);
  await page.getByRole("button", { name: /Continue as Ada/ }).click();
  await heading(page, "You are signed in");
  assert.equal(await page.getByRole("button").count(), 0);
  assert.equal(await page.locator(".mark svg").evaluate((e) => getComputedStyle(e).color), "rgb(255, 255, 255)");
  await again.program.ended;

  // After a successful sign-in the page closes by itself where the browser lets it.
  await context.addInitScript(() => {
    Object.defineProperty(History.prototype, "length", { get: () => 1 });
    window.close = () => document.documentElement.setAttribute("data-closed", "");
  });
  page = await context.newPage();
  await page.clock.install();
  const third = await demo.signIn();
  await page.goto(third.address);
  await press(page, "Continue");
  await heading(page, "You are signed in");
  assert.equal(await page.locator("[data-closed]").count(), 0);
  await page.clock.runFor(5000);
  assert.equal(await page.locator("[data-closed]").count(), 1);
  await third.program.ended;
});
