import assert from "node:assert/strict";
import type { JournalEvent } from "./journal_event.ts";
import { EMPTY_FEED, firstSeq, lastSeq, takeEarlier, takeEntries } from "./session_feed.ts";
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
