// Other web pages in the developer's browser, against the development server: each tries
// every way in which a page can reach another origin. What the server said is read from the
// browser's own network log, not from what a page may see of it.
import { createServer } from "node:http";

/**
 * Throws when a page of another origin got anything else than a refusal.
 * @param {import("playwright-core").Browser} browser resolves *.example to 127.0.0.1
 * @param {string} address of the development server
 */
export async function otherPagesAreRefused(browser, address) {
  const elsewhere = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html").end("<!doctype html><title>elsewhere</title><p>elsewhere");
  }).listen(0, "127.0.0.1");
  await new Promise((done) => elsewhere.once("listening", done));
  const { port } = /** @type {import("node:net").AddressInfo} */ (elsewhere.address());
  const target = new URL(address);
  try {
    for (const host of ["evil.example", "127.0.0.1", "localhost"])
      for (const name of ["127.0.0.1", "localhost"])
        await tryAll(browser, `http://${host}:${port}/`, `${name}:${target.port}`);
    await rebound(browser, `http://rebound.example:${target.port}`);
  } finally {
    elsewhere.close();
  }
}

/**
 * Opens a page at from and tries the ways to the server at host.
 * @param {import("playwright-core").Browser} browser
 * @param {string} from
 * @param {string} host
 */
async function tryAll(browser, from, host) {
  const context = await browser.newContext();
  const said = /** @type {string[]} */ ([]);
  context.on("response", (answer) => {
    if (new URL(answer.url()).host === host) said.push(`${answer.status()} ${answer.url()}`);
  });
  const page = await context.newPage();
  await page.goto(from);
  const got = await page.evaluate(reach, host);
  got.push(...(await page.evaluate(sandboxed, [host, reach.toString()])));
  const link = page.waitForResponse((answer) => answer.url() === `http://${host}/?link`);
  await page.evaluate((to) => location.assign(`http://${to}/?link`), host);
  await link;
  await context.close();
  check(`${from} at ${host}`, got, said, ["/", "/wails/ipc.js", "/wails/reload", "/?frame", "/?link"]);
}

/**
 * A page whose name leads to the development server since it was loaded.
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 */
async function rebound(browser, origin) {
  const context = await browser.newContext();
  const said = /** @type {string[]} */ ([]);
  context.on("response", (answer) => said.push(`${answer.status()} ${answer.url()}`));
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  const got = await page.evaluate(reach, new URL(origin).host);
  await context.close();
  check(origin, got, said, ["/", "/wails/ipc.js", "/wails/reload"]);
}

/**
 * @param {string} who
 * @param {string[]} got what the page could read or take in
 * @param {string[]} said the server's answers
 * @param {string[]} paths that must have been asked for, so that the test has tested something
 */
function check(who, got, said, paths) {
  const other = said.filter((line) => !line.startsWith("403 "));
  if (got.length > 0 || other.length > 0) throw new Error(`${who}: took in ${got}; was answered ${other}`);
  const unasked = paths.filter((path) => !said.some((line) => line.endsWith(path)));
  if (unasked.length > 0) throw new Error(`${who}: was not answered at all for ${unasked}`);
}

/**
 * Runs in a page: tries everything and returns what worked.
 * @param {string} host
 * @returns {Promise<string[]>}
 */
async function reach(host) {
  const own = location.host === host;
  const worked = /** @type {string[]} */ ([]);
  for (const path of ["/", "/wails/ipc.js", "/wails/runtime.js", "/wails/assetdir", "/wails/reload", "/main.js"]) {
    await fetch(`http://${host}${path}`, { credentials: "include" }).then(
      (answer) => answer.ok && worked.push(`fetch ${path}`),
      () => {},
    );
    await fetch(`http://${host}${path}`, { mode: "no-cors", cache: "reload" }).then(
      (answer) => answer.ok && worked.push(`fetch without CORS ${path}`),
      () => {},
    );
  }
  const element = (/** @type {string} */ name, /** @type {Record<string, string>} */ is) =>
    new Promise((done) => {
      const e = Object.assign(document.createElement(name), is);
      e.onload = () => done(true);
      e.onerror = () => done(false);
      document.documentElement.append(e);
    });
  for (const path of ["/wails/ipc.js", "/wails/runtime.js"])
    if (await element("script", { src: `http://${host}${path}` })) worked.push(`script ${path}`);
  if (await element("script", { src: `http://${host}/main.js`, type: "module" })) worked.push("module");
  if (await element("link", { href: `http://${host}/styles/tokens.css`, rel: "stylesheet" })) worked.push("style");
  if (!own) await element("iframe", { src: `http://${host}/?frame` }); // loads in any case: its status counts
  await new Promise((done) => {
    const socket = new WebSocket(`ws://${host}/wails/ipc`);
    socket.onopen = () => worked.push("socket");
    socket.onmessage = (message) => worked.push(`message ${String(message.data).slice(0, 40)}`);
    socket.onclose = done;
    socket.onerror = done;
    setTimeout(done, 10000); // one that opened stays open
  });
  return worked;
}

/**
 * Runs in a page: the same from a sandboxed frame, whose origin is null.
 * @param {string[]} args host, and the source of reach
 * @returns {Promise<string[]>}
 */
function sandboxed([host, source]) {
  return new Promise((done) => {
    addEventListener("message", (message) => done(message.data), { once: true });
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = `<script>(${source})(${JSON.stringify(host)}).then((worked) => parent.postMessage(worked, "*"))</scr${"ipt"}>`;
    document.documentElement.append(frame);
  });
}
