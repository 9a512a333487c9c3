import assert from "node:assert/strict";
import type { JournalEvent } from "./journal_event.ts";
import {
  EMPTY_FEED,
  firstSeq,
  lastSeq,
  startOf,
  takeEarlier,
  takeEntries,
  withoutAnswer,
} from "./session_feed.ts";
import type { StreamEntry } from "./session_stream.ts";

const happened = (seq: number, type = "turn.started") => ({ seq, type }) as JournalEvent;
const event = (seq: number, type?: string): StreamEntry => ({
  kind: "event",
  event: happened(seq, type),
});
const delta = (text: string): StreamEntry => ({ kind: "delta", text });

Deno.test("takeEntries() keeps events once and in order, and the answer under way", () => {
  let feed = takeEntries(EMPTY_FEED, [event(1), event(2), delta("a"), delta("b")]);
  assert.equal(feed.live, "ab");
  feed = takeEntries(feed, [event(2), delta("c")]);
  assert.deepEqual([feed.live, firstSeq(feed), lastSeq(feed)], ["abc", 1, 2]);
  assert.equal(takeEntries(feed, [delta("d")]).events, feed.events);
});

Deno.test("takeEntries() forgets the answer under way when it is void, whole, or will not come", () => {
  const answering = takeEntries(EMPTY_FEED, [event(1), delta("half")]);
  assert.equal(takeEntries(answering, [{ kind: "reset" }]).live, null);
  assert.equal(takeEntries(answering, [{ kind: "reset" }, delta("new")]).live, "new");
  for (const type of ["llm.completed", "llm.failed", "turn.cancelled", "session.closed"]) {
    assert.equal(takeEntries(answering, [event(2, type)]).live, null, type);
  }
  assert.equal(takeEntries(answering, [event(2, "message.received")]).live, "half");
});

Deno.test("takeEarlier() puts events before those that are known", () => {
  const feed = takeEntries(EMPTY_FEED, [event(3), event(4)]);
  const all = takeEarlier(feed, [happened(1), happened(2), happened(3)]);
  assert.deepEqual(all.events.map(({ seq }) => seq), [1, 2, 3, 4]);
  assert.equal(takeEarlier(all, [happened(2)]), all);
});

Deno.test("startOf() leaves no gap after what is known, and begins with the latest part otherwise", () => {
  const known = takeEntries(EMPTY_FEED, [event(4), event(5)]);
  assert.deepEqual([5, 605, 9000].map((seq) => startOf(known, seq)), [5, 5, 5]);
  assert.deepEqual([0, 400, 605].map((seq) => startOf(EMPTY_FEED, seq)), [0, 0, 205]);
});

Deno.test("withoutAnswer() forgets the answer under way, so that its pieces can come again", () => {
  const known = takeEntries(EMPTY_FEED, [event(3), delta("1 2")]);
  assert.equal(takeEntries(withoutAnswer(known), [delta("1 2"), delta(" 3")]).live, "1 2 3");
  assert.equal(withoutAnswer(known).events, known.events);
});
