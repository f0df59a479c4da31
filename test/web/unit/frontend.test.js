import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { store } from "../../../frontend/state.js";
import { actions, ago, day, health, minutes, source, text, when } from "../../../frontend/text.js";

test("an older revision is dropped", () => {
  const drawn = [];
  const s = store((state) => drawn.push(state.revision));
  for (const revision of [1, 3, 2, 3, 4]) s.take({ revision });
  assert.deepEqual(drawn, [1, 3, 3, 4]);
});

test("minutes and seconds", () => {
  for (const [ms, want] of [
    [252_000, "4:12"],
    [999, "0:01"],
    [0, "0:00"],
    [-5, "0:00"],
    [600_000, "10:00"],
  ])
    assert.equal(minutes(ms), want);
});

test("days as a person says them", () => {
  const now = new Date(2026, 2, 14, 12, 0).getTime();
  assert.match(when(new Date(2026, 2, 14, 9, 14).getTime(), now, "en-GB"), /^today, 09:14$/);
  assert.match(when(new Date(2026, 2, 13, 23, 59).getTime(), now, "en-GB"), /^yesterday, 23:59$/);
  assert.match(when(new Date(2025, 2, 14, 9, 14).getTime(), now, "en-GB"), /^14 Mar 2025, 09:14$/);
  assert.equal(when(0, now, "en-GB"), "");
  // As Intl says it in each region: small letters, dots and its narrow space aside.
  const time = { hour: "2-digit", minute: "2-digit" };
  const plain = (words) =>
    words
      .toUpperCase()
      .replace(/([AP])\.M\./, "$1M")
      .replace(/\s/g, " ");
  for (const region of "- AU CA GB GH HK IE IN JM KE MY NG NZ PH PK SG US ZA".split(" "))
    for (const hour of [0, 9, 12, 23]) {
      const locale = region === "-" ? "en" : `en-${region}`;
      const at = new Date(2025, 2, 14, hour, 5);
      const day = at.toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric" });
      const want = plain(`${day}, ${at.toLocaleTimeString(locale, time)}`).replace(/24:/, "00:");
      assert.equal(plain(when(at.getTime(), now, locale)), want, locale);
    }
});

// The tables of Intl take memory and time that the first screen does without.
test("the words of the profile need no Intl", (t) => {
  const refuse = () => {
    throw new Error("a table of Intl is loaded");
  };
  for (const [of, name] of [
    ...Object.getOwnPropertyNames(Intl).map((name) => [Intl, name]),
    ...[Date, String, Number].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype)
        .filter((name) => name.startsWith("toLocale"))
        .map((name) => [prototype, name]),
    ),
  ])
    t.mock.method(of, name, refuse);
  assert.throws(() => new Date(0).toLocaleDateString(), /Intl/);
  const now = new Date(2026, 2, 14, 12, 0).getTime();
  const earlier = [0, now - 60_000, now - 90_000_000, now - 4e9];
  for (const words of Object.values(health))
    for (const at of earlier) words(false, when(at, now, "en-US"), ago(at, now));
  assert.equal(text.verifiedBy("the demo"), "The demo has verified this email");
  assert.equal(text.list(["a", "b"], 3), "a, b");
});

test("every action that Go names has words", () => {
  const go = readFileSync(new URL("../../../internal/problem/problem.go", import.meta.url), "utf8");
  const names = [...go.matchAll(/^\t[A-Z]\w+ += "(\w+)"/gm)].map((m) => m[1]);
  assert.ok(names.length >= 7, String(names));
  for (const name of names) assert.ok(actions[name], name);
});

test("no markup is ever made of data", () => {
  const root = new URL("../../../frontend/", import.meta.url);
  const inside = (folder) => readdirSync(new URL(folder, root)).map((f) => folder + f);
  const files = [...readdirSync(root).filter((f) => f.endsWith(".js")), ...inside("screens/"), ...inside("parts/")];
  assert.ok(files.length > 25);
  for (const f of files)
    assert.doesNotMatch(
      readFileSync(new URL(f, root), "utf8"),
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|setAttribute\("on|"style"|el\("a"|href|location/,
      f,
    );
});

test("words are words", () => {
  assert.equal(text.signInWith("Descope"), "Sign in with Descope");
  assert.equal(health.fresh(true, "today, 10:14"), "Active · renews automatically");
  assert.equal(health.fresh(false, "today, 10:14"), "Active until today, 10:14");
  assert.equal(health.offline(true, "", "2 hours ago"), "Offline · renewed 2 hours ago");
  assert.equal(text.deviceEarly("Demo ID"), "Asking Demo ID for a code…");
  assert.equal(text.waitingLead("your provider"), "Your provider is open there. This window continues by itself.");
  assert.equal(text.list(["a", "b", "c", "d"], 3), "a, b, c, d"); // "and 1 more" is no shorter
  assert.equal(text.list(["a", "b", "c", "d", "e"], 3), "a, b, c and 2 more");
  assert.equal(text.checked(3, 3), "Everything is fine.");
  assert.equal(text.checked(26, 27), "1 of 27 needs attention.");
  assert.equal(text.checked(2, 4), "2 of 4 need attention.");
  assert.equal(text.left("9:54"), "9:54 left");
  assert.equal(source("default"), "Default");
});

test("how long ago, as a person says it", () => {
  const now = Date.UTC(2026, 2, 14, 12);
  const minute = 60_000;
  for (const [off, want] of [
    [-10_000, "just now"],
    [10_000, "in a moment"],
    [-minute, "1 minute ago"],
    [5 * minute, "in 5 minutes"],
    [-59 * minute, "1 hour ago"],
    [-2 * 60 * minute, "2 hours ago"],
    [-40 * 60 * minute, "2 days ago"],
    [-400 * 24 * 60 * minute, "1 year ago"],
  ])
    assert.equal(ago(now + off, now, "en"), want);
  assert.equal(ago(0, now), "never");
});

test("a day, or what was given for one", () => {
  assert.equal(day("2026-03-13T17:02:11Z", "en-GB"), "13 Mar 2026");
  assert.equal(day("unknown"), "unknown");
});

test("every icon that is asked for is drawn", () => {
  const root = new URL("../../../frontend/", import.meta.url);
  const lines = readFileSync(new URL("icons.js", root), "utf8");
  const drawn = new Set([...lines.matchAll(/^ {2}(\w+):\s+"/gm), ...lines.matchAll(/^ {2}(\w+):$/gm)].map((m) => m[1]));
  const folders = ["screens/", "parts/"].flatMap((d) => readdirSync(new URL(d, root)).map((f) => d + f));
  let used = 0;
  for (const f of folders)
    for (const [, name] of readFileSync(new URL(f, root), "utf8").matchAll(/icon\("(\w+)"/g)) {
      used += 1;
      assert.ok(drawn.has(name), `${f} asks for ${name}`);
    }
  assert.ok(used > 8);
});
