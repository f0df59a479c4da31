// The command line around the demo: its file, its refusals, and the scripted sign-ins.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { openDemo } from "./demo.mjs";

const example = readFileSync(new URL("../../internal/demoidp/cast/demo.toml", import.meta.url), "utf8");
let demo;
before(async () => {
  demo = await openDemo();
});
after(() => demo?.close());

test("the built-in file is printed to begin with, and can be given back", async () => {
  const { code, out } = await demo.run("demo", "--example");
  assert.equal(code, 0);
  assert.equal(out, example);
  const again = await openDemo(out.replace('name       = "Ada Lovelace"', 'name       = "Augusta King"'));
  try {
    const page = await fetch(`${again.social}/faces/ada.png`);
    assert.equal(page.status, 200);
  } finally {
    await again.close();
  }
  assert.equal((await demo.run("demo", "--example", "--auto")).code, 2);
});

test("a bad file is refused with line and reason, and nothing is served", async () => {
  await assert.rejects(openDemo(example.replace('tenant     = "globex"', 'tenant     = "initech"')), (err) => {
    const line = example.split("\n").indexOf('tenant     = "globex"') + 1;
    assert.match(err.message, new RegExp(`people\\.toml:${line}: people\\.tenant: there is no tenant "initech"`));
    return true;
  });
  const { code, text } = await demo.run("demo", "--file", "/nowhere/people.toml");
  assert.equal(code, 2);
  assert.match(text, /\/nowhere\/people\.toml/);
});

test("a scripted browser signs in by each way", async () => {
  const { code, text, out } = await demo.run("demo", "--auto");
  assert.equal(code, 0, text);
  for (const words of [
    "1. Magic link",
    "Vera Visitor",
    "2. Social login",
    "3. SSO",
    "Acme Corp",
    "roles    Engineer, Admin",
  ])
    assert.ok(text.includes(words), `${words} is missing:\n${text}`);
  assert.equal(out.match(/ {6}name/g).length, 3);
  assert.doesNotMatch(text, /eyJ|code=|state=/, "something that looks like a token");
});
