import assert from "node:assert/strict";
import type { SynapseError } from "../errors.ts";
import { type HandledMark, JournalUnavailable, type PostedRow } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import type { Notice } from "../streams/port.ts";
import { ledger } from "./ledger_actor.ts";
import { Posts } from "./posts.ts";

const REPLY = { reply: "done", repeated: false };

const row = (id: string, digest = ""): PostedRow => ({
  address: ledger("a"),
  partition: 3,
  id,
  command: null,
  digest,
  sender: "test",
  request_id: null,
});

function setUp({ carries = true } = {}) {
  const clock = new ManualClock();
  const marks = new Map<string, HandledMark>();
  const known = new Set<string>();
  const batches: string[][] = [];
  const notices: Notice[] = [];
  const stopped = new AbortController();
  const store = {
    fault: null as Error | null,
    looks: 0,
    accept(rows: readonly PostedRow[]) {
      if (this.fault) return Promise.reject(this.fault);
      batches.push(rows.map(({ id }) => id));
      return Promise.resolve(rows.map(({ id }) => {
        const outcome: "accepted" | "duplicate" = known.has(id) ? "duplicate" : "accepted";
        known.add(id);
        return outcome;
      }));
    },
    handled(_: unknown, id: string) {
      this.looks += 1;
      return this.fault ? Promise.reject(this.fault) : Promise.resolve(marks.get(id) ?? null);
    },
  };
  const posts = new Posts({
    store,
    clock,
    node: "n1",
    actor_max: 2,
    announce: (more) => notices.push(...more),
    carries: () => carries,
    stopped: stopped.signal,
  });
  return { clock, marks, known, batches, notices, stopped, store, posts };
}

Deno.test("Posts stores a command, announces who waits for it, and gives the answer that comes", async () => {
  const { clock, posts, notices, store } = setUp();
  const { answer } = await posts.post(row("c1"));
  assert.deepEqual(notices, [
    { partition: 3, address: ledger("a"), waiting: { node: "n1", command_id: "c1" } },
  ]);
  posts.answered({ address: ledger("a"), command_id: "c2", reply: { reply: "another's" } });
  posts.answered({ address: ledger("a"), command_id: "c1", reply: REPLY });
  assert.deepEqual(await answer, REPLY);
  assert.equal(store.looks, 0);
  await clock.advance(1);
  assert.equal(clock.sleeping, 0);
});

Deno.test("Posts stores in one go what is posted at once, in order", async () => {
  const { posts, batches, clock } = setUp();
  const posted = Promise.all(["c1", "c2"].map((id) => posts.post(row(id))));
  await clock.yield();
  await posted;
  assert.deepEqual(batches, [["c1", "c2"]]);
});

Deno.test("Posts finds in the journal the answer that no stream brought", async () => {
  for (const carries of [true, false]) {
    const { clock, posts, marks } = setUp({ carries });
    const { answer } = await posts.post(row("c1"));
    await clock.advance(100);
    marks.set("c1", { id: "c1", digest: "", reply: REPLY, refused: false });
    await clock.advance(carries ? 500 : 200);
    assert.deepEqual(await answer, REPLY);
  }
});

Deno.test("Posts gives a repetition the first answer, and refuses another request of that id", async () => {
  const { posts, marks, known } = setUp();
  known.add("c1");
  marks.set("c1", { id: "c1", digest: "d1", reply: REPLY, refused: false });
  const same = await posts.post(row("c1", "d1"));
  assert.deepEqual(await same.answer, { ...REPLY, repeated: true });
  const other = await posts.post(row("c1", "d2"));
  assert.deepEqual(await other.answer, {
    reject: {
      code: "idempotency_key_reused",
      message: "Idempotency key was used before with another request, wanted a new key",
    },
  });
});

Deno.test("Posts says that an answer is late, and waits on while the journal is away", async () => {
  const { clock, posts, store } = setUp();
  const { answer } = await posts.post(row("c1"));
  store.fault = new JournalUnavailable("Away", { rolled_back: true });
  await clock.advance(40_000);
  await assert.rejects(answer, (error: SynapseError) => {
    assert.equal(error.code, "answer_late");
    assert.equal(error.reaction, "retry");
    assert.match(error.message, /c1 is stored/);
    return true;
  });
  assert.equal(clock.sleeping, 0);
});

Deno.test("Posts says so if a command could not be stored, and announces nothing", async () => {
  const { posts, store, notices } = setUp();
  store.fault = new JournalUnavailable("Away", { rolled_back: false });
  await assert.rejects(posts.post(row("c1")), JournalUnavailable);
  assert.deepEqual(notices, []);
});

Deno.test("Posts takes no more commands of one actor than may wait, and takes them again later", async () => {
  const { posts, clock } = setUp();
  const posted = await Promise.all(["c1", "c2"].map((id) => posts.post(row(id))));
  await assert.rejects(
    posts.post(row("c3")),
    (error: SynapseError) => error.code === "mailbox_full",
  );
  posts.answered({ address: ledger("a"), command_id: "c1", reply: REPLY });
  await posted[0]!.answer;
  await clock.yield();
  await posts.post(row("c4"));
});

Deno.test("Posts ends its waiting when the node stops", async () => {
  const { posts, stopped, clock } = setUp();
  const { answer } = await posts.post(row("c1"));
  stopped.abort();
  await assert.rejects(answer, (error: SynapseError) => error.code === "answer_late");
  assert.equal(clock.sleeping, 0);
});

Deno.test("Posts asks for the answer to a repetition no more often than it waits", async () => {
  const { posts, store, known, clock, stopped } = setUp();
  known.add("c1");
  const { answer } = await posts.post(row("c1"));
  store.fault = new JournalUnavailable("Away", { rolled_back: true });
  posts.answered({ address: ledger("a"), command_id: "c1", reply: REPLY });
  await clock.advance(1000);
  assert.ok(store.looks < 50, `It asked ${store.looks} times in a second`);
  stopped.abort();
  await assert.rejects(answer, (error: SynapseError) => error.code === "answer_late");
});
