// The keys that a person presses, and their effect.
import { join } from "node:path";
import { artifacts, check, draw, open, shapes, snapshot } from "./stage.mjs";

const press = async (page, pressed) => {
  for (const key of pressed)
    key.startsWith("type:") ? await page.keyboard.type(key.slice(5)) : await page.keyboard.press(key);
};

const called = (page) => page.evaluate(() => window.calls.map((c) => c.join(" ").trim()));

/** Presses keys on a state, and checks that Go was called like this. */
async function leads(name, pressed, want) {
  const { page } = await open(snapshot(name), shapes.light);
  await press(page, pressed);
  await page
    .waitForFunction((w) => window.calls.some((c) => c.join(" ").trim() === w), want, { timeout: 10_000 })
    .catch(() => {}); // what is missing is said below
  const calls = await called(page);
  check(calls.includes(want), `${name} ${pressed}: ${want} is not among ${calls}`);
  await page.close();
}

export async function keys() {
  await leads("signin", ["Enter"], "SignIn");
  await leads("signin", ["Shift+Tab", "type:ada@acme.example", "Enter"], "SignIn ada@acme.example");
  await leads("signin", ["Tab", "Enter"], "SignInElsewhere");
  await leads("signin-typed", ["Enter"], "SignIn ada@acme.example");
  await leads("signin", ["Tab", "Tab", "Enter"], "Show settings");
  await leads("signin-ended", ["Enter"], `Continue ${snapshot("signin-ended").accounts[0].id}`);
  await leads("signin-ended", ["Tab", "Enter"], `Continue ${snapshot("signin-ended").accounts[0].id}`);
  await leads("signin-ended", ["Tab", "Tab", "Enter"], `Remove ${snapshot("signin-ended").accounts[0].id}`);
  await leads("signin-ended", ["Tab", "Tab", "Tab", "Enter", "type:acme", "Enter"], "OtherAccount acme");
  await leads("waiting", ["Escape"], "CancelSignIn");
  await leads("waiting", ["Tab", "Enter"], "OpenBrowserAgain");
  await leads("waiting", ["Tab", "Tab", "Enter"], "CopyLink");
  await leads(
    "waiting",
    ["Tab", "Tab", "Tab", "Enter", "type:http://127.0.0.1/callback?x", "Enter"],
    "PasteAnswer http://127.0.0.1/callback?x",
  );
  await leads("waiting", ["Tab", "Tab", "Tab", "Tab", "Enter"], "Show check");
  await leads("waiting", ["Tab", "Tab", "Tab", "Tab", "Tab", "Enter"], "SignInElsewhere");
  await leads("waiting", ["Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Enter"], "CancelSignIn");
  await leads("device", ["Tab", "Enter"], "CopyCode");
  await leads("device", ["Tab", "Tab", "Enter"], "CancelSignIn");
  await leads("device", ["Tab", "Tab", "Tab", "Enter"], "SignInHere");
  await leads("device", ["Escape"], "CancelSignIn");
  const [ada, grace] = snapshot("profile").accounts.map((a) => a.id);
  await leads("profile", ["Tab", "Tab", "Enter"], `AskSignOut ${ada}`);
  await leads("profile-leaving", ["Enter"], `SignOut ${ada} tokens`);
  await leads("profile-leaving", ["Shift+Tab", "ArrowDown", "Tab", "Enter"], `SignOut ${ada} browser`);
  await leads("profile-leaving", ["Shift+Tab", "ArrowUp", "Tab", "Enter"], `SignOut ${ada} device`);
  await leads("profile-leaving", ["Shift+Tab", "ArrowDown", "Enter"], `SignOut ${ada} browser`);
  await leads("profile-leaving", ["Tab", "Enter"], "AskSignOut");
  await leads("profile-leaving", ["Escape"], "AskSignOut");
  await leads("signin-leaving", ["Enter"], "SignOut all tokens");
  await leads("profile", ["Control+,"], "Show settings");
  await leads("profile", ["Control+f"], "Show details");
  await leads("details", ["Control+f", "type:ada", "Control+,"], "Show settings");
  await leads("check", ["Tab", "Tab", "Enter"], "CopyReport");
  await leads("profile", ["Tab", "Enter"], "Show details");
  await leads("profile", ["Shift+Tab", "Enter", "Enter"], `Continue ${grace}`);
  await leads("profile", ["Shift+Tab", "Enter", "Tab", "Enter"], `AskSignOut ${grace}`);
  await leads("profile", ["Shift+Tab", "Enter", "ArrowUp", "Enter"], "AskSignOut all");
  await leads("profile", ["Shift+Tab", "Enter", "End", "ArrowUp", "Enter"], "OtherAccount");
  await leads("profile", ["Shift+Tab", "Enter", "ArrowDown", "Home", "Enter"], `Continue ${grace}`);
  await leads("profile", ["Shift+Tab", "Enter", "Tab", "ArrowDown", "Enter"], "OtherAccount");
  await leads("signin-several", ["Tab", "Tab", "Enter"], `Continue ${snapshot("signin-several").accounts[1].id}`);
  await leads(
    "signin-several",
    ["Tab", "Tab", "Tab", "Enter"],
    `AskSignOut ${snapshot("signin-several").accounts[1].id}`,
  );
  await leads("profile-cancelled", ["Escape"], "Dismiss");
  await leads("signin-signedout", ["Escape"], "Dismiss");
  await leads("details", ["Tab", "Tab", "Enter"], "CopyDetails");
  await leads("details", ["Escape"], "Show");
  await leads("settings", ["Tab", "Enter"], "Show setup");
  await leads("settings", ["Tab", "Tab", "ArrowRight"], "Set appearance light");
  await leads("settings", ["Tab", "Tab", "Tab", "Enter"], "ChoosePassphrase");
  await leads("settings", ["Tab", "Tab", "Tab", "Tab", "Space"], "Set start_hidden true");
  const switches = Array(5).fill("Tab");
  await leads("settings", [...switches, "Space"], "Set start_at_login false");
  await leads("settings", [...switches, "Tab", "Space"], "Set remember_email false");
  await leads("settings", [...switches, "Tab", "Tab", "Space"], "Set notifications false");
  await leads("settings", [...switches, "Tab", "Tab", "Tab", "Enter"], "Open logs");
  await leads("settings", ["Shift+Tab", "Enter"], "Show");
  await leads("check", ["Tab", "Enter"], "Show check");
  await leads("about", ["Escape"], "Show");
  await leads("problem-network", ["Enter"], "Retry");
  await leads("problem-network", ["Tab", "Enter"], "Show check");
  await leads("problem-access_denied", ["Tab", "Enter"], "OtherAccount");
  await leads("problem-network", ["Shift+Tab", "Enter"], "CopyProblem");
  await leads("unlock", ["type:correct horse", "Enter"], "Unlock correct horse");
  await leads(
    "unlock-choose",
    ["type:correct horse", "Tab", "Tab", "type:correct horse", "Enter"],
    "ProtectWithPassphrase correct horse",
  );
  await leads("unlock", ["Tab", "Tab", "Enter", "Tab", "Enter"], "StartOver");
  await leads("unlock-choose", ["Escape"], "Dismiss");
  await leads("problem-network", ["Escape"], "Dismiss");
  await leads("setup-page", ["Escape"], "Show");
  await leads("problem-bad_settings", ["Tab", "Enter"], "Show setup");
  await setUp();
  await escapeClearsFirst();
  await pictureArrives();
  await unlockErrorStays();
  await passphraseIsShown();
  await copiedIsSaid();
  await focusIsSeen();
  await aTryIsShown();
  await atRest();
  await leavingTwice();
  await contrast();
  await heldEnter();
  await olderStates();
  await anotherPerson();
  await refusals();
  await appearances();
  await reload();
  await safety();
}

// A provider is set up by the keyboard: what was typed goes to Go, an answer changes
// neither the fields nor the focus, and what is wrong stands beside its field.
async function setUp() {
  const { page } = await open(snapshot("setup"), shapes.light);
  await page.locator("#setup-provider").selectOption("okta");
  await press(page, ["Tab", "type:acme.okta.com", "Tab", "type:0oa1", "Tab", "Tab", "Enter"]);
  await page.locator(".redirects button").first().filter({ hasText: "Copied" }).waitFor();
  await press(page, ["Tab", "Tab", "Tab", "Tab", "Enter"]);
  const typed = { domain: "acme.okta.com", client_id: "0oa1", authorization_server: "" };
  const calls = await page.evaluate(() => window.calls);
  const given = (name) => JSON.stringify(calls.find(([n]) => n === name)?.slice(1));
  check(given("CopyRedirect") === '["okta",0]', `copied: ${given("CopyRedirect")}`);
  check(given("CheckSetUp") === JSON.stringify(["okta", typed]), `checked: ${given("CheckSetUp")}`);
  const answer = { ...snapshot("setup"), revision: 9 };
  answer.setup = { ...answer.setup, of: "okta", faults: [{ key: "client_id", text: "this is missing" }] };
  await page.evaluate((s) => window.publish(s), answer);
  check((await page.locator("#setup-domain").inputValue()) === "acme.okta.com", "an answer empties the fields");
  check((await page.locator("#setup-client_id-why").textContent()) === "This is missing.", "no fault beside its field");
  await page.locator("#setup-domain").press("Enter");
  const saved = await page.evaluate(() => window.calls.find(([n]) => n === "SaveSetUp")?.slice(1));
  check(JSON.stringify(saved) === JSON.stringify(["okta", typed]), `saved: ${JSON.stringify(saved)}`);
  await page.locator("#setup-provider").selectOption("google");
  check((await page.locator("#setup-client_secret").getAttribute("type")) === "password", "a secret is shown");
  check((await page.locator(".setup .error:visible").count()) === 0, "Google has Okta's faults");
  await page.close();
}

// Esc in a field clears it first; the next one leaves.
async function escapeClearsFirst() {
  for (const [name, ways, field, leaves] of [
    ["waiting", ["Tab", "Tab", "Tab", "Enter", "type:http://x"], "#paste", "CancelSignIn"],
    ["details", ["Tab", "Tab", "type:role"], "#search", "Show"],
  ]) {
    const { page } = await open(snapshot(name), shapes.light);
    if (name === "details") await page.locator(field).focus();
    await press(page, name === "details" ? ["type:role"] : ways);
    check(
      await page.locator(".waiting .stays button, .page-head button").locator("visible=true").first().isVisible(),
      `${name}: no way out is visible`,
    );
    await page.keyboard.press("Escape");
    check((await page.locator(field).inputValue()) === "", `${name}: Esc does not clear the field`);
    check(!(await called(page)).includes(leaves), `${name}: the first Esc leaves`);
    await page.keyboard.press("Escape");
    check((await called(page)).includes(leaves), `${name}: the second Esc does not leave`);
    await page.close();
  }
}

// A picture that arrives changes a list in its place: the focus stays.
async function pictureArrives() {
  const state = snapshot("signin-several");
  const { page } = await open(state, shapes.light);
  await press(page, ["Tab", "Tab"]);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  const before = await focused();
  const next = { ...snapshot("signin-several"), revision: 9 };
  next.accounts[1].picture = snapshot("profile").accounts[0].picture;
  await page.evaluate((s) => window.publish(s), next);
  check(before !== "" && (await focused()) === before, `the focus went from ${before} to ${await focused()}`);
  next.revision = 10;
  next.accounts.reverse();
  await page.evaluate((s) => window.publish(s), next);
  const ids = await page.locator(".signin .account bdi").allTextContents();
  check(JSON.stringify(ids) === JSON.stringify(next.accounts.map((a) => a.name)), `the order is ${ids}`);
  await page.close();
}

// What is wrong with a passphrase is said until the next try.
async function unlockErrorStays() {
  const { page } = await open(snapshot("unlock-choose"), shapes.light);
  await press(page, ["type:short", "Enter"]);
  const why = page.locator(".unlock .error");
  await why.filter({ hasText: "8 characters" }).waitFor();
  await page.evaluate((s) => window.publish(s), { ...snapshot("unlock-choose"), revision: 9 });
  check((await why.textContent()).includes("8 characters"), "an event takes the error away");
  await page.close();
}

// A passphrase is shown while it is typed, as long as the person wants it, and hidden again for the next one.
async function passphraseIsShown() {
  const { page } = await open(snapshot("unlock"), shapes.light);
  const field = page.locator("#passphrase");
  await press(page, ["type:correct", "Tab", "Space"]);
  check((await field.getAttribute("type")) === "text", "the passphrase is not shown");
  await press(page, ["type: horse"]);
  check((await field.inputValue()) === "correct horse", `the field has ${await field.inputValue()}`);
  await press(page, ["Enter"]);
  check((await called(page)).includes("Unlock correct horse"), "what was shown is not what was sent");
  check((await field.getAttribute("type")) === "password", "the next one is shown");
  await page.close();
}

// What was copied is said on the button itself, wherever something can be copied.
async function copiedIsSaid() {
  for (const [name, call] of [
    ["waiting", "CopyLink"],
    ["device", "CopyCode"],
    ["details", "CopyDetails"],
    ["check", "CopyReport"],
    ["problem-network", "CopyProblem"],
  ]) {
    const { page } = await open(snapshot(name), shapes.light);
    const button = page.locator("button:visible").filter({ hasText: /copy/i });
    const handle = await button.first().elementHandle();
    await handle?.click();
    await page.waitForFunction((b) => b?.textContent?.includes("Copied"), handle);
    check((await called(page)).includes(call), `${name}: ${call} is not called`);
    await page.close();
  }
}

/** How many of the visible stops of a page show the focus by an outline, around themselves or their label. */
const stops = (page, within) =>
  page.evaluate((within) => {
    const here = document.activeElement;
    const drawn = (/** @type {Element | null} */ e) => e && getComputedStyle(e).outlineStyle !== "none";
    const inside = here?.closest(within);
    return {
      where: here?.outerHTML.slice(0, 90),
      inside: Boolean(inside),
      drawn: drawn(here) || drawn(here?.closest("label")),
    };
  }, within);

// Every stop of the keyboard is seen: in the sign-out dialog each level too, which the arrow keys choose.
async function focusIsSeen() {
  for (const colours of ["none", "active"]) {
    const { page } = await open(snapshot("profile-leaving"), { ...shapes.light, forcedColors: colours });
    for (const key of ["Shift+Tab", "ArrowDown", "ArrowDown", "ArrowDown", "Tab", "Tab"]) {
      await page.keyboard.press(key);
      const at = await stops(page, "dialog");
      check(
        at.inside && at.drawn,
        `sign-out dialog, forced colours ${colours}, ${key}: no focus is seen at ${at.where}`,
      );
    }
    await page.close();
  }
}

// A try is shown for at least a moment, and can be repeated after it.
async function aTryIsShown() {
  const { page } = await open(snapshot("profile-offline"), shapes.light);
  const button = page.locator(".trouble button");
  await button.click();
  check((await called(page)).includes("Retry"), "Try now tries nothing");
  check((await button.textContent()) === "Trying…", `while it is tried: ${await button.textContent()}`);
  check(
    (await page.locator(".profile dl").textContent())?.includes("Renewing…") ?? false,
    "the session does not say so",
  );
  await page.clock.setFixedTime(new Date("2026-03-14T10:32:02Z"));
  await button.filter({ hasText: "Try now" }).waitFor();
  check(true, "Try now");
  await page.close();
}

// The profile's clock writes the texts that have changed and nothing else, since each write costs the webview frames. It
// looks again in a minute where minutes are counted, and else at midnight or in an hour.
async function atRest() {
  const { page } = await open(snapshot("about"), shapes.light);
  await page.evaluate(() => {
    const begin = window.setTimeout.bind(window);
    window.setTimeout = (f, after) => {
      if (after >= 60_000) Object.assign(window, { look: f, wait: after });
      return begin(f, after);
    };
  });
  const look = () =>
    page.evaluate(() => {
      const written = new MutationObserver(() => {});
      written.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      window.look();
      return written.takeRecords().map((r) => r.target.textContent);
    });
  const wait = () => page.evaluate(() => window.wait);
  await draw(page, { ...snapshot("profile-offline"), revision: 8 });
  check((await look()).length === 0, "a minute in which no text changes is drawn");
  check((await wait()) === 60_000, `an offline session counts minutes, and waits for ${await wait()} ms`);
  await page.clock.setFixedTime(new Date("2026-03-14T10:35:00Z"));
  const written = await look();
  check(
    written.length === 1 && written[0].startsWith("Offline · renewed "),
    `three minutes later were written: ${written}`,
  );
  await draw(page, { ...snapshot("profile"), revision: 9 });
  check((await wait()) === 3_600_000, `nothing counts minutes, and the next look is in ${await wait()} ms`);
  const evening = new Date(await page.evaluate(() => new Date(Date.now()).setHours(23, 50, 0, 0)));
  await page.clock.setFixedTime(evening);
  const today = await page.locator(".profile dl").textContent();
  await look();
  check((await wait()) === 600_000, `ten minutes before midnight the next look is in ${await wait()} ms`);
  await page.clock.setFixedTime(new Date(evening.getTime() + 600_000));
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  const tomorrow = await page.locator(".profile dl").textContent();
  check(today?.includes("today, ") && tomorrow?.includes("yesterday, "), `after midnight ${today} became ${tomorrow}`);
  await page.close();
}

// In forced colours, choices and borders are visible by more than a colour; with high contrast the grey texts are
// as dark as the others.
async function contrast() {
  const forced = await open(snapshot("profile-leaving"), { ...shapes.light, forcedColors: "active" });
  const outline = (/** @type {string} */ which) =>
    forced.page.locator(which).evaluate((e) => getComputedStyle(e).outlineStyle);
  check(
    (await outline(".option:has(input:checked)")) !== "none",
    "forced colours: the level that is chosen is not seen",
  );
  check(
    (await outline(".option:has(#signout-device)")) === "none",
    "forced colours: a level that is not chosen is outlined",
  );
  const appearance = await forced.page.locator("#signout-tokens").evaluate((e) => getComputedStyle(e).appearance);
  check(appearance === "auto", `forced colours: radio buttons are drawn by us (${appearance})`);
  await forced.page.screenshot({ path: join(artifacts, "forced-leaving.png") });
  await forced.page.evaluate((s) => window.publish(s), { ...snapshot("profile-offline"), revision: 9 });
  const dots = await forced.page
    .locator(".dot:visible")
    .evaluateAll((all) => all.map((e) => getComputedStyle(e).backgroundColor));
  const back = await forced.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(
    dots.every((c) => c !== back),
    `forced colours: a dot is not seen: ${dots} on ${back}`,
  );
  await forced.page.screenshot({ path: join(artifacts, "forced-profile.png") });
  await forced.page.close();
  for (const [scheme, ink] of [
    ["light", "rgb(31, 28, 23)"],
    ["dark", "rgb(243, 239, 231)"],
  ]) {
    const { page } = await open(snapshot("signin"), { ...shapes.light, colorScheme: scheme, contrast: "more" });
    const quiet = await page.locator(".signin:not(.unlock) .lead").evaluate((e) => getComputedStyle(e).color);
    check(quiet === ink, `high contrast, ${scheme}: a quiet text is ${quiet}`);
    await page.screenshot({ path: join(artifacts, `contrast-signin-${scheme}.png`) });
    await page.close();
  }
}

// An Enter that is held, or pressed twice, must not end the wait that it began.
async function heldEnter() {
  const { page } = await open(snapshot("waiting"), shapes.light);
  await page.keyboard.press("Enter");
  check(!(await called(page)).includes("CancelSignIn"), "a second Enter cancels the sign-in");
  await page.close();
}

// A state that comes while the sign-out dialog is loaded leaves it as it is: in front of everything else.
async function leavingTwice() {
  const { page } = await open(snapshot("profile"), shapes.light);
  await page.evaluate((s) => {
    for (const revision of [8, 9]) window.publish({ ...s, revision });
  }, snapshot("profile-leaving"));
  await page.waitForSelector("dialog[open]");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  check(await page.locator("dialog").evaluate((e) => e.matches(":modal")), "the sign-out dialog lets presses through");
  await page.close();
}

// A screen follows the state that it is given, and an older one changes nothing.
async function olderStates() {
  const { page } = await open(snapshot("signin"), shapes.light);
  await page.evaluate((s) => window.publish(s), { ...snapshot("profile"), revision: 9 });
  await page.evaluate((s) => window.publish(s), { ...snapshot("problem-network"), revision: 8 });
  await page.waitForSelector("#screens > .screen.profile:not([hidden])");
  const title = await page.locator("h1:visible").textContent();
  check(title === "Ada Lovelace", "the profile is not drawn, or an older state was");
  const said = await page.locator("#announcer").textContent();
  check(said === "Ada Lovelace", `announced: ${said}`);
  await page.close();
}

// After a sign-out nothing of the person is left on the screen: no picture, no role, no open dialog.
async function anotherPerson() {
  const { page } = await open(snapshot("profile-leaving"), shapes.light);
  check((await page.locator("dialog[open]").count()) === 1, "nothing asks how far");
  await page.evaluate((s) => window.publish(s), { ...snapshot("signin"), revision: 9 });
  await page.evaluate((s) => window.publish(s), { ...snapshot("profile-nobody"), revision: 10 });
  check((await page.locator("dialog[open]").count()) === 0, "a dialog stayed open");
  const main = await page
    .locator("main:visible")
    .evaluate((e) => [...e.querySelectorAll(".profile-head, .card")].map((part) => part.textContent).join(" "));
  check(!/Ada|Acme Corp|Engineer/.test(main), `the profile of nobody says ${main}`);
  check(await page.locator(".profile-head img").isHidden(), "somebody else's picture is shown");
  await page.close();
}

// A refusal has its words where the button is, and the button works again.
async function refusals() {
  const { page } = await open(snapshot("waiting"), shapes.light);
  await page.evaluate(() => {
    window.refuse.PasteAnswer = "That address is not of this sign-in. Copy the whole address.";
  });
  await press(page, ["Tab", "Tab", "Tab", "Enter", "type:https://wrong.example/", "Enter"]);
  const why = page.locator("#paste-error");
  await why.filter({ hasText: "not of this sign-in" }).waitFor();
  check((await page.locator("#paste").inputValue()) === "https://wrong.example/", "what was typed is lost");
  check(await page.locator("#paste").evaluate((e) => e === document.activeElement), "the field lost the focus");
  await page.close();
}

// The person's choice of light or dark overrules the system's.
async function appearances() {
  for (const [choice, scheme, dark] of [
    ["light", "dark", false],
    ["dark", "light", true],
    ["system", "dark", true],
    ["system", "light", false],
  ]) {
    const state = snapshot("signin");
    state.app.appearance = choice;
    const { page } = await open(state, { ...shapes.light, colorScheme: scheme });
    const colour = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    check((colour === "rgb(22, 21, 18)") === dark, `${choice} on a ${scheme} system is ${colour}`);
    await page.waitForFunction(() => window.calls.some(([name]) => name === "Remember"));
    const calls = await called(page);
    check(calls.includes(`Remember ${dark}`), `${choice} on a ${scheme} system: ${calls}`);
    await page.close();
  }
}

// After a reload the webview shows the state that Go has.
async function reload() {
  const { page } = await open(snapshot("waiting"), shapes.light);
  await page.reload();
  await page.waitForFunction(() => window.calls.some(([name]) => name === "ReportScreen"));
  check((await page.locator("h1:visible").textContent()) === "Finish in your browser", "a reload loses the wait");
  await page.close();
}

// Forbidden content does not load, nothing moves with reduced motion, and Go is told of each violation.
async function safety() {
  const { page } = await open(snapshot("profile"), shapes.light);
  const reported = (what) =>
    page.waitForFunction((w) => window.calls.some(([n, text]) => n === "ReportError" && text.includes(w)), what);
  for (const [what, violate] of [
    ["img-src", () => Object.assign(new Image(), { src: "https://tracker.example/pixel.png" })],
    ["style-src", () => document.body.setAttribute("style", "color: red")],
    ["script-src", () => document.body.append(Object.assign(document.createElement("script"), { textContent: "1" }))],
    ["connect-src", () => void fetch("https://tracker.example/").catch(() => {})],
    [
      "frame-src",
      () => document.body.append(Object.assign(document.createElement("iframe"), { src: "https://x.example/" })),
    ],
  ]) {
    await page.evaluate(violate);
    await reported(what);
    check(true, what);
  }
  await page.evaluate(() => {
    window.addEventListener("trouble", () => {
      throw new Error("of the page's own");
    });
    window.dispatchEvent(new Event("trouble"));
  });
  await reported("of the page's own");
  await page.evaluate(() => void Promise.reject(new Error("that nobody takes")));
  await reported("that nobody takes");
  const moved = await page.evaluate(() => {
    const drop = new DragEvent("drop", { cancelable: true, bubbles: true });
    return document.body.dispatchEvent(drop);
  });
  check(!moved, "a dropped file becomes the page");
  check((await page.locator("a[href], form, base").count()) === 0, "something on the page leads away");
  await page.close();
}
