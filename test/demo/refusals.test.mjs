// Every refusal says why, and the person can go on from its page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { askForLink, heading, launch, limit, linkIn, openDemo, openMail, press } from "./demo.mjs";

const people = readFileSync(new URL("../../internal/demoidp/cast/demo.toml", import.meta.url), "utf8");
let demo, browser, context, page, app;
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
  await app?.program.stop();
  context = await browser.newContext();
  page = await context.newPage();
  app = await demo.signIn();
  await page.goto(app.address);
});

const sso = async (email) => {
  await page.getByLabel("Email").fill(email);
  await press(page, "Use my company’s sign-in");
};
const nobody = async () => assert.equal(await demo.status(), null, "somebody is signed in");

/** The refusal does not end the visit: one of the ways still leads in. */
async function goesOn(sub = "ada", name = "Ada Lovelace") {
  await page.getByRole("button", { name: `Continue as ${name}` }).click();
  await heading(page, "You are signed in");
  assert.equal(await app.program.ended, 0, app.program.text);
  assert.equal((await demo.status()).sub, sub);
  await demo.run("signout");
}

test("a domain that no company has", async () => {
  await sso("somebody@nowhere.example");
  await heading(page, "No company is known for nowhere.example");
  await nobody();
  await press(page, "Enter another address");
  await goesOn();
});

test("a wrong password, and too many of them", async () => {
  await sso("ada@acme.example");
  await page.getByLabel("Password").fill("guess");
  await press(page, "Sign in");
  await page.getByRole("alert").getByText("The name or the password is wrong").waitFor({ timeout: limit });
  assert.equal(await page.getByLabel("Name or email").inputValue(), "ada@acme.example", "what was typed is lost");
  await nobody();
  for (let i = 0; i < 9; i++) {
    await page.getByLabel("Password").fill("guess");
    await press(page, "Sign in");
  }
  await heading(page, "Acme Corp did not let you in");
  await page.getByText("Too many wrong passwords").waitFor({ timeout: limit });
  await press(page, "Choose another way");
  await goesOn();
});

test("a person who is not assigned to the app, and what the app is told", async () => {
  await sso("edgar@acme.example");
  await page.getByLabel("Password").fill("third-normal-form");
  await press(page, "Sign in");
  await heading(page, "Acme Corp did not let you in");
  await page.getByText("User is not assigned to the client application.").waitFor({ timeout: limit });
  await nobody();
  await press(page, "Back to the app");
  await heading(page, "You could not be signed in");
  assert.equal(await app.program.ended, 1, app.program.text);
  assert.match(app.program.text, /could not be signed in/);
  await nobody();
});

test("a cancel at the social service leads back to the broker", async () => {
  await press(page, "Somebody else at Plaza");
  await press(page, "Cancel");
  await page.getByText("You cancelled at Plaza.").waitFor({ timeout: limit });
  await nobody();
  await goesOn();
});

test("a cancel at the broker is the app's to know", async () => {
  await press(page, "Cancel");
  await heading(page, "Sign-in not finished");
  assert.equal(await app.program.ended, 4, app.program.text);
  await nobody();
});

test("a link that a program looked at signs nobody in, and still works", async () => {
  const mail = await askForLink(page, "ada@acme.example");
  const link = await linkIn(mail);
  for (const headers of [{ "Sec-Purpose": "prefetch" }, { "User-Agent": "mail scanner" }]) {
    const answer = await context.request.get(link, { headers });
    assert.equal(answer.status(), 200);
  }
  await context.request.head(link);
  const stranger = await browser.newContext();
  assert.equal((await stranger.request.get(link)).status(), 403, "without the browser's cookie");
  await stranger.close();
  await nobody();
  assert.equal(await page.locator("[data-state]").getAttribute("data-state"), "waiting");
  await mail.goto(link);
  await press(mail, "Yes, sign me in");
  await heading(mail, "You are signed in");
  assert.equal(await app.program.ended, 0, app.program.text);
  await demo.run("signout");
});

test("a link that was used", async () => {
  const mail = await askForLink(page, "ada@acme.example");
  const link = await linkIn(mail);
  await mail.goto(link);
  await press(mail, "Yes, sign me in");
  await heading(mail, "You are signed in");
  assert.equal(await app.program.ended, 0, app.program.text);
  await demo.run("signout");
  await mail.goto(link);
  await heading(mail, "This link was used already");
  await nobody();
});

test("a link of which there is a newer one, or that another browser opens", async () => {
  const first = await linkIn(await askForLink(page, "ada@acme.example"));
  await press(page, "Send another link");
  const mail = await openMail(page);
  const second = await linkIn(mail);
  assert.notEqual(first, second);
  await mail.goto(first);
  await heading(mail, "There is a newer link");
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(second);
  await heading(elsewhere, "This is not the browser where you began");
  await elsewhere.context().close();
  await nobody();
});

test("a link that has expired, and another one instead", async () => {
  const short = await openDemo(people.replace(/magic_link\s*=\s*"10m"/, 'magic_link = "8s"'));
  try {
    const late = await short.signIn();
    const tab = await context.newPage();
    await tab.goto(late.address);
    const mail = await askForLink(tab, "ada@acme.example");
    const link = await linkIn(mail);
    await heading(tab, "The link has expired"); // the tab that waits finds out by itself
    await mail.goto(link);
    await heading(mail, "This link has expired");
    assert.equal(await short.status(), null);
    await press(tab, "Send another link");
    await heading(tab, "Check your inbox");
    await press(tab, "Cancel");
    assert.equal(await late.program.ended, 4, late.program.text);
  } finally {
    await short.close();
  }
});

test("no address, no name: what was typed stays, and the page says what is wanted", async () => {
  await page.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
  await page.getByLabel("Email").fill("nonsense");
  await press(page, "Email me a link");
  await page.getByRole("alert").getByText("Enter an email address").waitFor({ timeout: limit });
  assert.equal(await page.getByLabel("Email").inputValue(), "nonsense");
  await nobody();
});
