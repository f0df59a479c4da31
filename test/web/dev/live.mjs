// make dev, as a developer uses it: the app runs from a copy of the sources and a real
// browser looks at it. An edit of the frontend arrives in that very page. One of Go
// builds and starts the app anew, window included; a page in a browser only connects
// to it again (Wails does no more), and shows it when it is loaded anew.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { otherPagesAreRefused } from "./others.mjs";

const limit = 15 * 60 * 1000; // of anything that is waited for: the first compilation is whole
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "latchkey-dev-"));
const copy = join(folder, "copy");
const ends = [() => rmSync(folder, { recursive: true, force: true })];

/** Copies what is committed or will be; node_modules and what was built stay. */
function copySources() {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
  });
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    try {
      cpSync(join(repository, file), join(copy, file), { recursive: true });
    } catch (e) {
      if (/** @type {NodeJS.ErrnoException} */ (e).code !== "ENOENT") throw e; // deleted, not yet committed
    }
  }
}

/** Starts a display and returns its name. */
async function display() {
  const x = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  ends.push(() => x.kill("SIGKILL"));
  const [number] = await new Promise((done, fail) => {
    x.stdio[3]?.once("data", (data) => done(String(data).trim().split("\n")));
    x.once("exit", () => fail(new Error("Xvfb ended")));
  });
  return `:${number}`;
}

/** A port of the loopback interface that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts make dev in the copy and returns the address of its page. */
async function dev() {
  const go = (/** @type {string} */ name) => execFileSync("go", ["env", name]).toString().trim();
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    DISPLAY: await display(),
    GDK_BACKEND: "x11",
    NO_AT_BRIDGE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    GOCACHE: go("GOCACHE"),
    GOPATH: go("GOPATH"),
    GOMODCACHE: go("GOMODCACHE"),
    GOFLAGS: "-buildvcs=false",
  };
  const address = `127.0.0.1:${await freePort()}`;
  const make = spawn("make", ["dev", `DEVFLAGS=-devserver ${address}`], { cwd: copy, env, detached: true });
  ends.push(() => process.kill(-(/** @type {number} */ (make.pid)), "SIGKILL"));
  for (const stream of [make.stdout, make.stderr]) stream.on("data", (data) => (said += data));
  for (const end = Date.now() + limit; Date.now() < end; await new Promise((next) => setTimeout(next, 200))) {
    if (make.exitCode !== null) break;
    const answer = await fetch(`http://${address}/`).catch(() => undefined);
    if (answer?.ok) return `http://${address}/`;
  }
  throw new Error("make dev does not serve");
}

/** Replaces a text that must be there. */
function edit(/** @type {string} */ file, /** @type {string} */ from, /** @type {string} */ to) {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

async function main() {
  copySources();
  const address = await dev();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--host-resolver-rules=MAP *.example 127.0.0.1",
    ],
  });
  ends.push(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  const shows = (/** @type {string} */ text) =>
    page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: limit });
  await shows("Latchkey Demo");
  console.log("the page shows the app");

  await otherPagesAreRefused(browser, address);
  console.log("pages from elsewhere get nothing");

  let began = Date.now();
  edit("frontend/text.js", 'signInLead: "', 'signInLead: "An edited line. ');
  await shows("An edited line.");
  console.log(`an edit of the frontend arrived after ${Date.now() - began} ms`);

  began = Date.now();
  edit("internal/program/id_demo.go", "Latchkey Demo", "Latchkey Rebuilt");
  for (const end = Date.now() + limit; ; ) {
    const loaded = await page.goto(address).catch(() => undefined); // nobody listens while it starts anew
    const rebuilt = page.getByText("Latchkey Rebuilt").filter({ visible: true }).first();
    if (
      loaded?.ok() &&
      (await rebuilt.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      ))
    )
      break;
    if (Date.now() > end) throw new Error("the edit of Go never arrived");
  }
  console.log(`an edit of Go arrived after ${Date.now() - began} ms`);
}

let said = "";
let failed = false;
try {
  await main();
} catch (e) {
  failed = true;
  console.error(e, said);
}
for (const end of ends.reverse()) await end();
process.exit(failed ? 1 : 0);
