// Every page of the demo, in both themes and several shapes, checked with axe-core; a picture
// of each is kept in artifacts/demo.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { artifacts, askForLink, axePath, heading, launch, limit, linkIn, openDemo, press, request } from "./demo.mjs";

const axe = readFileSync(axePath, "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const shapes = {
  light: { colorScheme: "light", viewport: { width: 1000, height: 860 } },
  dark: { colorScheme: "dark", viewport: { width: 1000, height: 860 } },
  narrow: { colorScheme: "light", viewport: { width: 320, height: 560 } },
  large: { colorScheme: "dark", viewport: { width: 420, height: 700 }, size: "200%" },
};

let demo, browser, app, callback;
before(async () => {
  app = createServer((_req, res) => res.end("The app is reached.")).listen(0, "127.0.0.1");
  await once(app, "listening");
  callback = `http://127.0.0.1:${app.address().port}/callback`;
  demo = await openDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.close();
  app.closeAllConnections();
  app.close();
});

const begin = (page, more) => page.goto(request(demo.issuer, callback, more));
const sso = async (page, email) => {
  await begin(page);
  await page.getByLabel("Email").fill(email);
  await press(page, "Use my company’s sign-in");
};
const password = async (page, text) => {
  await page.getByLabel("Password").fill(text);
  await press(page, "Sign in");
};

/** Each page, by the way that leads to it. What is returned is another tab to look at. */
const pages = {
  "broker-home": async (page) => {
    await page.goto(demo.issuer);
  },
  signin: async (page) => {
    await begin(page);
  },
  "signin-hinted": async (page) => {
    await begin(page, { login_hint: "ada@acme.example" });
  },
  "signin-trouble": async (page) => {
    await begin(page);
    await page.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.getByLabel("Email").fill("nonsense");
    await press(page, "Email me a link");
  },
  "signin-notice": async (page) => {
    await begin(page);
    await press(page, "Somebody else at Plaza");
    await press(page, "Cancel");
  },
  "inbox-empty": async (page) => {
    await page.goto(`${demo.issuer}/inbox?to=nobody@nowhere.example`);
  },
  sent: async (page) => {
    await begin(page);
    await (await askForLink(page, "ada@acme.example")).close();
  },
  inbox: async (page) => {
    await begin(page);
    await (await askForLink(page, `${"a-very-long-name-of-somebody.".repeat(2)}x@acme.example`)).close();
    await page.goto(`${demo.issuer}/inbox`);
  },
  mail: async (page) => {
    await begin(page);
    return askForLink(page, "ada@acme.example");
  },
  link: async (page) => {
    await begin(page);
    const mail = await askForLink(page, "ada@acme.example");
    await mail.goto(await linkIn(mail));
    return mail;
  },
  name: async (page) => {
    await begin(page);
    const mail = await askForLink(page, "somebody@new.example");
    await mail.goto(await linkIn(mail));
    await press(mail, "Yes, sign me in");
    await heading(mail, "What is your name?");
    return mail;
  },
  "sent-elsewhere": async (page) => {
    await begin(page);
    const mail = await askForLink(page, "somebody@new.example");
    await mail.goto(await linkIn(mail));
    await press(mail, "Yes, sign me in");
    await mail.close();
    await heading(page, "Continue in the other tab");
  },
  "link-used": async (page) => {
    await begin(page);
    const mail = await askForLink(page, "somebody@new.example");
    const link = await linkIn(mail);
    await mail.goto(link);
    await press(mail, "Yes, sign me in");
    await mail.goto(link);
    return mail;
  },
  "sent-arrived": async (page) => {
    await begin(page);
    const mail = await askForLink(page, "ada@acme.example");
    await mail.goto(await linkIn(mail));
    await press(mail, "Yes, sign me in");
    await heading(page, "You are signed in");
  },
  "social-consent": async (page) => {
    await begin(page);
    await press(page, "Somebody else at Plaza");
  },
  "social-wrong": async (page) => {
    await page.goto(`${demo.social}/authorize?client_id=broker&redirect_uri=http://evil.example`);
  },
  "unknown-domain": async (page) => {
    await sso(page, "somebody@nowhere.example");
  },
  "directory-signin": async (page) => {
    await sso(page, "ada@acme.example");
  },
  "directory-people": async (page) => {
    await sso(page, "ada@acme.example");
    await page.getByText("Who can sign in here?").click();
    const broken = await page
      .locator("td:first-child code")
      .evaluateAll((all) => all.filter((e) => e.getClientRects().length > 1).length);
    assert.equal(broken, 0, "a name is broken");
  },
  "directory-wrong": async (page) => {
    await sso(page, "ada@acme.example");
    await password(page, "guess");
  },
  refused: async (page) => {
    await sso(page, "edgar@acme.example");
    await password(page, "third-normal-form");
  },
  welcome: async (page) => {
    await known(page);
    await begin(page);
  },
  signout: async (page) => {
    await known(page);
    await page.goto(`${demo.issuer}/signout`);
  },
  "signed-out": async (page) => {
    await page.goto(`${demo.issuer}/signout?sso=1`);
  },
  device: async (page) => {
    await page.goto(`${demo.issuer}/device`);
  },
  "device-wrong": async (page) => {
    await page.goto(`${demo.issuer}/device?user_code=BCDFGHJK`);
    await press(page, "Continue");
  },
  "device-allow": async (page) => {
    await known(page);
    const code = await deviceCode();
    await page.goto(`${demo.issuer}/device?user_code=${code}`);
    await press(page, "Continue");
    await press(page, "Continue");
  },
  "device-done": async (page) => {
    await known(page);
    const code = await deviceCode();
    await page.goto(`${demo.issuer}/device?user_code=${code}`);
    await press(page, "Continue");
    await press(page, "Continue");
    await press(page, "Let it in");
  },
  over: async (page) => {
    await page.goto(`${demo.issuer}/signin?request=none`);
  },
};

/** Makes the browser known as the person with the longest name. */
async function known(page) {
  await begin(page);
  await page.getByRole("button", { name: /Continue as Adolph/ }).click();
  await page.getByText("The app is reached.").waitFor({ timeout: limit });
}

async function deviceCode() {
  const answer = await fetch(`${demo.issuer}/device_authorization`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "latchkey-demo", scope: "openid" }),
  });
  return (await answer.json()).user_code;
}

for (const [name, go] of Object.entries(pages)) {
  test(`page ${name}`, { timeout: 2 * limit }, async () => {
    const context = await browser.newContext({ ...shapes.light, reducedMotion: "reduce" });
    const problems = [];
    // The status of a refusal is no mistake of the page.
    const refusal = /Failed to load resource.*status of 4/;
    context.on("console", (m) => m.type() === "error" && !refusal.test(m.text()) && problems.push(m.text()));
    const first = await context.newPage();
    const page = (await go(first)) ?? first;
    await page.bringToFront();
    await page.evaluate(axe);
    for (const [shape, { viewport, colorScheme, size }] of Object.entries(shapes)) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.evaluate((s) => (document.documentElement.style.fontSize = s), size ?? "");
      await page.screenshot({ path: join(artifacts, `${name}-${shape}.png`), fullPage: true });
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      assert.ok(!wide, `${name} ${shape}: wider than its window`);
      const { violations } = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), rules);
      const found = violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target).join(" ")}`);
      assert.deepEqual(found, [], `${name} ${shape}`);
    }
    assert.deepEqual(problems, [], `${name}: the console`);
    await context.close();
  });
}
