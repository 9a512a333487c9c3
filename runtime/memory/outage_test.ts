import assert from "node:assert/strict";
import type { SessionState } from "../../actors/session/state.ts";
import { sessionAddress } from "../engine/test_node.ts";
import { memoryFolder, openTestMemory } from "./embedded/test_memory.ts";
import { FakeMemory } from "./fake_memory.ts";
import type { Memory } from "./port.ts";
import { reindex } from "./reindex.ts";
import {
  count,
  createSession,
  eventsOf,
  hasty,
  remember200,
  startWorld,
  turn,
  until,
} from "./test_turns.ts";
import { UnsteadyMemory } from "./unsteady.ts";

const HASTE = hasty(100);

/** Has 200 turns remember something in an index to which each item is given once, but for one. */
async function rememberAll(index: Memory): Promise<void> {
  const memory = new UnsteadyMemory(index);
  const outcomes = await remember200({
    memory,
    clock: HASTE,
    begin: () => Promise.resolve(void (memory.away = "Index is down")),
    end: () => Promise.resolve(void (memory.away = null)),
  });
  // The one whose answer was lost was given twice.
  assert.equal(memory.given, 201);
  assert.deepEqual(outcomes, { stored: 199, known: 1 });
}

const NAME_200 = "200 turns that remember something, the index away in the middle and an answer " +
  "lost: 200 items, none twice, no turn failed";

Deno.test(`${NAME_200} (a fake index)`, async () => {
  await rememberAll(new FakeMemory());
});

Deno.test(`${NAME_200} (the embedded index)`, async () => {
  await using folder = await memoryFolder();
  await using index = await openTestMemory(folder.path, { clock: HASTE });
  await rememberAll(index);
});

Deno.test("What a session noted before a crash, memory has after it, once; and from the journal again", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new FakeMemory();
  memory.away = "Index is down";
  {
    await using before = await startWorld(`${folder}/journal.db`, memory, HASTE);
    await createSession(before, "ses_1");
    for (let n = 0; n < 5; n++) await turn(before, "ses_1", n);
    await until(
      "the turns are over",
      async () => count(await eventsOf(before, "ses_1"), "turn.completed") === 5,
    );
  }
  memory.away = null;
  await using after = await startWorld(`${folder}/journal.db`, memory, HASTE);
  await until("5 items are in the index", () => memory.items.length === 5);
  await until(
    "the session knows it",
    async () => count(await eventsOf(after, "ses_1"), "memory.written") === 5,
  );
  assert.equal(memory.written.length, 5);

  const empty = new FakeMemory();
  const { journal } = after.started;
  const { signal } = new AbortController();
  const options = { journal, memory: empty, tenant: "default", whole: true, signal };
  const progress = await Array.fromAsync(reindex(options));
  assert.deepEqual(empty.items.map(({ id }) => id), memory.items.map(({ id }) => id));
  assert.deepEqual(progress.at(-1), { sessions: 1, sessions_total: 1, items: 5, items_total: 5 });

  const close = { type: "session.close", reason: null, forget: true };
  await after.started.node.submit(sessionAddress("ses_1"), close);
  await until("memory has forgotten them", () => memory.items.length === 0);
  await until("the session rests", async () => {
    const found = await after.started.node.inspect(sessionAddress("ses_1"), null);
    return (found?.state as SessionState).memory.unwritten.length === 0;
  });
  await Array.fromAsync(reindex(options));
  assert.deepEqual(empty.items, []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("What one session forgets of another one's stays forgotten when the first is gone", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new FakeMemory();
  await using world = await startWorld(`${folder}/journal.db`, memory, HASTE);
  const { node, journal } = world.started;
  await createSession(world, "ses_noting");
  await createSession(world, "ses_forgetting");
  await turn(world, "ses_noting", 1);
  await until("the item is in the index", () => memory.items.length === 1);
  const ids = memory.items.map(({ id }) => id);
  const forget = { type: "memory.forget", ids, by: "ada" };
  await node.submit(sessionAddress("ses_forgetting"), forget);
  for (const [session, written] of [["ses_noting", 2], ["ses_forgetting", 1]] as const) {
    await until(`${session} knows that it is forgotten`, async () => {
      const events = await eventsOf(world, session);
      return count(events, "memory.forgetting") === 1 &&
        count(events, "memory.written") === written;
    });
  }
  assert.deepEqual(memory.items, []);
  const without: typeof journal.list = async (...args) => {
    const page = await journal.list(...args);
    return { ...page, items: page.items.filter(({ address }) => address.id === "ses_noting") };
  };
  const readEvents: typeof journal.readEvents = (...args) => journal.readEvents(...args);
  const { signal } = new AbortController();
  const options = { journal: { list: without, readEvents }, memory, tenant: "default", signal };
  const progress = await Array.fromAsync(reindex({ ...options, whole: true }));
  assert.equal(progress.at(-1)?.sessions, 1);
  assert.deepEqual(memory.items, []);
  await Deno.remove(folder, { recursive: true });
});
