// The demo for its tests: the built latchkeyctl serves it and signs in,
// and a real browser stands in for the person's. CTL names the program.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The tools are those of the frontend's tests, so that they are installed once.
const tools = createRequire(new URL("../web/package.json", import.meta.url));
const { chromium } = tools("playwright-core");
export const axePath = tools.resolve("axe-core/axe.min.js");

export const artifacts = fileURLToPath(new URL("../../artifacts/demo", import.meta.url));
mkdirSync(artifacts, { recursive: true });

const ctl = process.env.CTL;
if (!ctl) throw new Error("CTL names no program: run make test");

/** How long one wait may take, in milliseconds: the machine may be busy. */
export const limit = 60_000;

export const launch = () =>
  chromium.launch({
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

/** A running program, what it has printed so far, and a way to wait for a text in it. */
class Program {
  constructor(env, args) {
    this.text = "";
    this.child = spawn(ctl, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.out = "";
    this.child.stdout.on("data", (d) => {
      this.out += d;
      this.text += d;
    });
    this.child.stderr.on("data", (d) => (this.text += d));
    this.ended = once(this.child, "close").then(([code]) => code);
  }

  /** Waits for a text and returns its match. */
  async says(shape) {
    for (const end = Date.now() + limit; Date.now() < end; ) {
      const found = shape.exec(this.text);
      if (found) return found;
      if (this.child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`${this.child.spawnargs.join(" ")} did not say ${shape}:\n${this.text}`);
  }

  async stop() {
    if (this.child.exitCode === null) this.child.kill("SIGINT");
    await this.ended;
  }
}

/** The demo, served from a home of its own; file is the text of a file of people. */
export async function openDemo(file) {
  const home = mkdtempSync(join(tmpdir(), "latchkey-demo-"));
  const env = {
    HOME: home,
    PATH: process.env.PATH,
    LATCHKEY_STORE: "file",
    LATCHKEY_STORE_PASSPHRASE: "correct horse battery",
    XDG_RUNTIME_DIR: home,
    DBUS_SESSION_BUS_ADDRESS: "",
  };
  const args = ["demo"];
  if (file) {
    writeFileSync(join(home, "people.toml"), file);
    args.push("--file", join(home, "people.toml"));
  }
  const served = new Program(env, args);
  await served.says(/LATCHKEY_LOGOUT_REDIRECT_PATH=/).catch((err) => {
    rmSync(home, { recursive: true, force: true });
    throw err;
  });
  for (const [, name, value] of served.out.matchAll(/^(LATCHKEY_\w+)=(.*)$/gm)) env[name] = value;
  const issuer = env.LATCHKEY_ISSUER;
  const programs = [served];
  const run = async (...words) => {
    const p = new Program(env, words);
    programs.push(p);
    return { code: await p.ended, out: p.out, text: p.text };
  };
  return {
    issuer,
    directory: (await served.says(/company directory: (\S+)/))[1],
    social: (await served.says(/social service:\s+(\S+)/))[1],
    run,
    /** Begins a sign-in and returns the program and the address that a browser is to open. */
    async signIn(...words) {
      const p = new Program(env, ["signin", "--no-browser", ...words]);
      programs.push(p);
      const [address] = await p.says(/http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/);
      return { program: p, address };
    },
    /** Begins a program that goes on. */
    begin(...words) {
      const p = new Program(env, words);
      programs.push(p);
      return p;
    },
    /** Who is signed in, or null. */
    async status() {
      const { code, out } = await run("status", "--json");
      return code === 0 ? JSON.parse(out) : null;
    },
    async close() {
      for (const p of programs.reverse()) await p.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** An authorization request as an app would make it, for tests that need no app. */
export function request(issuer, redirect, more = {}) {
  const q = new URLSearchParams({
    client_id: "latchkey-demo",
    redirect_uri: redirect,
    response_type: "code",
    scope: "openid profile email",
    state: "S",
    nonce: "N",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...more,
  });
  return `${issuer}/authorize?${q}`;
}

/** The words of a page, once its heading says so. */
export const heading = (page, words) =>
  page.getByRole("heading", { level: 1, name: words }).waitFor({ timeout: limit });

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click({ timeout: limit });

/** Asks for a magic link and returns the tab with the mail that came. */
export async function askForLink(page, email) {
  await page.getByLabel("Email").fill(email);
  await press(page, "Email me a link");
  await heading(page, "Check your inbox");
  return openMail(page);
}

/** Opens the newest mail from the page that waits for its link. */
export async function openMail(page) {
  const [inbox] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("link", { name: "Open the inbox" }).click(),
  ]);
  await inbox.locator(".mails a").first().click();
  await inbox.getByRole("heading", { name: "Your link to sign in" }).waitFor({ timeout: limit });
  return inbox;
}

/** The address of the magic link in an opened mail. */
export const linkIn = (mail) => mail.getByRole("link", { name: "Sign in", exact: true }).getAttribute("href");
