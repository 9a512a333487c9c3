import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { openSession, send } from "./session_calls.ts";
import { Site } from "./site.ts";
import { Watcher } from "./watcher.ts";

const TOKENS = 500;
const MESSAGE = `/tokens ${TOKENS}\n/slow 2`;
const TEXT = Array.from({ length: TOKENS }, (_, i) => i + 1).join(" ");

/** What a watcher must end with. */
function assertWhole(watcher: Watcher, events: number): void {
  assert.deepEqual(watcher.answers, [{ pieces: TEXT, text: TEXT }]);
  const seqs = watcher.events.map(({ seq }) => seq);
  assert.deepEqual(seqs, Array.from({ length: events }, (_, i) => i + 1));
}

Deno.test("a client cut off at random places resumes without a gap or a repetition", async () => {
  await using site = await Site.create();
  const { client, url } = await site.start();
  const cuts = Array.from({ length: 6 }, () => Math.ceil(systemEntropy.random() * (TOKENS - 1)))
    .sort((a, b) => a - b);
  await openSession(client, "cut");
  const watcher = new Watcher();
  await send(client, "cut", MESSAGE);
  for (const at of cuts) {
    const over = await watcher.watch(url, "cut", ({ pieces }) => pieces >= at);
    assert.equal(over, false, `cut at ${cuts}`);
  }
  assert.ok(await watcher.watch(url, "cut"), `cut at ${cuts}`);
  assertWhole(watcher, 5);
  assert.equal(watcher.resets, 0);
  assert.equal(watcher.pieces, TOKENS, `each piece came once, cut at ${cuts}`);
});

Deno.test("a client that was away for a while, or for all of it, ends with the same text", async () => {
  await using site = await Site.create();
  const { client, url } = await site.start();
  await openSession(client, "away");
  const [away, late] = [new Watcher(), new Watcher()];
  await send(client, "away", MESSAGE);
  await away.watch(url, "away", ({ pieces }) => pieces >= 10);
  await systemClock.sleep(300);
  assert.ok(await away.watch(url, "away"));
  assertWhole(away, 5);
  assert.ok(await late.watch(url, "away"));
  assert.equal(late.answers[0]?.text, TEXT);
});

Deno.test("a client whose node is killed in the middle of an answer gets it whole from the next", async () => {
  await using site = await Site.create();
  const watcher = new Watcher();
  const first = await site.start();
  await openSession(first.client, "killed");
  await send(first.client, "killed", MESSAGE);
  await watcher.watch(first.url, "killed", ({ pieces }) => pieces >= 100);
  const second = watcher.watch(first.url, "killed");
  await first.kill();
  assert.equal(await second, false);
  assert.notEqual(watcher.text, "", "it has a half answer");

  const { url } = await site.start();
  while (!await watcher.watch(url, "killed", ({ pieces }) => pieces % 97 === 0));
  assertWhole(watcher, 5);
  assert.ok(watcher.resets >= 1, "it was told to forget the half answer");
});
