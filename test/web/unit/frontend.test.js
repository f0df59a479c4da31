import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { store } from "../../../frontend/state.js";
import { actions, health, minutes, text, when } from "../../../frontend/text.js";

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
  assert.equal(when(0, now), "");
});

test("every action that Go names has words", () => {
  const go = readFileSync(new URL("../../../internal/problem/problem.go", import.meta.url), "utf8");
  const names = [...go.matchAll(/^\t[A-Z]\w+ += "(\w+)"/gm)].map((m) => m[1]);
  assert.ok(names.length >= 7, String(names));
  for (const name of names) assert.ok(actions[name], name);
});

test("no markup is ever made of data", () => {
  const root = new URL("../../../frontend/", import.meta.url);
  const files = [
    ...readdirSync(root).filter((f) => f.endsWith(".js")),
    ...readdirSync(new URL("screens/", root)).map((f) => `screens/${f}`),
  ];
  assert.ok(files.length > 8);
  for (const f of files)
    assert.doesNotMatch(
      readFileSync(new URL(f, root), "utf8"),
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|setAttribute\("on/,
      f,
    );
});

test("words are words", () => {
  assert.equal(text.signInWith("Descope"), "Sign in with Descope");
  assert.equal(health.fresh(true), "fresh, renews by itself");
});
