import assert from "node:assert/strict";
import type { Address, Json } from "../../actors/behavior.ts";
import type { ActorRecord } from "../journal/directory_port.ts";
import type { JournalEvent } from "../journal/port.ts";
import { openTestMemory } from "./embedded/test_memory.ts";
import { FakeMemory } from "./fake_memory.ts";
import type { MemoryItem } from "./port.ts";
import { reindex, type ReindexOptions, type ReindexProgress } from "./reindex.ts";

/** One thing that happened in a session, and when. */
type Happened = readonly [at: number, type: string, payload: Json];

const notedTexts = (
  at: number,
  owner: string,
  texts: Readonly<Record<string, string>>,
): Happened => [at, "memory.noted", {
  call_id: "call_1_0",
  source: "skill",
  owner,
  items: Object.entries(texts).map(([id, text]) => ({ id, kind: "fact", text })),
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  error: null,
}];

const noted = (at: number, owner: string, ...ids: string[]) =>
  notedTexts(at, owner, Object.fromEntries(ids.map((id) => [id, `Text of ${id}`])));

const forgot = (at: number, ids: string[] | null, owner: string | null = null): Happened => [
  at,
  "memory.forgetting",
  { ids, owner, by: "ada" },
];

const merged = (at: number, of: number, id: string, into: string): Happened => [
  at,
  "memory.written",
  { of, outcomes: [{ id, outcome: "merged", into }], forgotten: 0, refused: null },
];

const other = (at: number): Happened => [at, "message.received", { text: "not looked at" }];

/** What `noted` makes. */
type Noted = Json & { readonly owner: string; readonly items: readonly MemoryItem[] };

/** A journal of sessions of one tenant, the oldest first; the last page of a list is short. */
function journalOf(sessions: Readonly<Record<string, readonly Happened[]>>) {
  const read: string[] = [];
  const record = (id: string): ActorRecord => {
    const events = sessions[id] ?? [];
    const count = (type: string) => events.filter((event) => event[1] === type).length;
    const memory = { noted: count("memory.noted"), forgettings: count("memory.forgetting") };
    return {
      address: { tenant: "acme", type: "session", id },
      seq: events.length,
      // One of before there was memory says nothing about it.
      summary: { status: "idle", label: "bot", details: id === "old" ? {} : { memory } },
      created_at: 0,
      updated_at: 0,
      bytes: 0,
    };
  };
  const journal: ReindexOptions["journal"] = {
    list: (tenant, { type }, { cursor }) => {
      assert.deepEqual([tenant, type], ["acme", "session"]);
      const ids = Object.keys(sessions).reverse();
      const at = Number(cursor ?? 0);
      const next = at + 2 < ids.length ? String(at + 2) : null;
      return Promise.resolve({ items: ids.slice(at, at + 2).map(record), next });
    },
    readEvents: ({ id }: Address, after, limit) => {
      read.push(id);
      const events = (sessions[id] ?? []).map(([at, type, payload], i): JournalEvent => ({
        seq: i + 1,
        type,
        v: 1,
        payload,
        cause: "cmd_1",
        at,
        hash: "",
      }));
      return Promise.resolve(events.slice(after, after + limit));
    },
  };
  return { journal, read };
}

async function run(options: Omit<ReindexOptions, "tenant" | "signal">): Promise<ReindexProgress[]> {
  const signal = new AbortController().signal;
  return await Array.fromAsync(reindex({ ...options, tenant: "acme", signal }));
}

Deno.test("reindex() puts what sessions noted into an empty index, and says how far it is", async () => {
  const memory = new FakeMemory();
  const { journal, read } = journalOf({
    s1: [other(1), noted(2, "bot", "a", "b"), other(3)],
    s2: [other(1)],
    s3: [noted(4, "bot/s3", "c")],
    old: [other(1)],
  });
  const progress = await run({ journal, memory, whole: true });
  assert.deepEqual(memory.items, [
    {
      id: "a",
      tenant: "acme",
      agent: "bot",
      session: "s1",
      kind: "fact",
      text: "Text of a",
      at: 2,
    },
    {
      id: "b",
      tenant: "acme",
      agent: "bot",
      session: "s1",
      kind: "fact",
      text: "Text of b",
      at: 2,
    },
    {
      id: "c",
      tenant: "acme",
      agent: "bot/s3",
      session: "s3",
      kind: "fact",
      text: "Text of c",
      at: 4,
    },
  ]);
  assert.deepEqual(progress.map(({ sessions, items }) => [sessions, items]), [
    [0, 0],
    [1, 2],
    [2, 3],
  ]);
  assert.deepEqual(new Set(read), new Set(["s1", "s3"]));
});

Deno.test("reindex() leaves out what was forgotten, unless it was noted again", async () => {
  const memory = new FakeMemory();
  const { journal } = journalOf({
    gone: [noted(1, "bot", "a"), forgot(2, null)],
    again: [noted(1, "bot", "b"), forgot(2, null), noted(3, "bot", "c")],
    one: [noted(1, "bot", "d", "e"), forgot(2, ["d"]), noted(2, "bot", "d")],
    two: [noted(5, "bot", "f", "g"), noted(5, "bot", "h")],
    // By its id, from another session; and one that is not its own to forget.
    three: [forgot(5, ["f", "e"]), forgot(9, ["g"], "other"), forgot(4, ["h"])],
  });
  await run({ journal, memory, whole: true });
  assert.deepEqual(memory.items.map(({ id }) => id), ["c", "d", "g", "h"]);
});

Deno.test("reindex() leaves out what was merged into an item that was forgotten", async () => {
  const memory = new FakeMemory();
  const { journal } = journalOf({
    s1: [noted(1, "bot", "a")],
    s2: [noted(2, "bot", "b"), merged(3, 1, "b", "a"), noted(8, "bot", "c")],
    s3: [forgot(6, ["a"])],
  });
  await run({ journal, memory, whole: true });
  assert.deepEqual(memory.items.map(({ id }) => id), ["c"]);
});

Deno.test("reindex() leaves out what was forgotten by the id of a note that was merged into it", async () => {
  const memory = new FakeMemory();
  const { journal } = journalOf({
    s1: [noted(1, "bot", "a", "kept")],
    s2: [noted(2, "bot", "b"), forgot(3, ["b", "kept"], "other"), forgot(3, ["b"], "bot")],
    // Its outcome is known only when the forgetting is in the journal; memory takes one after the other.
    s3: [
      noted(2, "bot", "c"),
      forgot(3, ["c"], "bot"),
      merged(4, 1, "c", "d"),
      noted(5, "bot", "e"),
    ],
    s4: [noted(1, "bot", "d")],
  });
  await run({ journal, memory, whole: true });
  assert.deepEqual(memory.items.map(({ id }) => id), ["a", "kept", "e"]);
});

Deno.test("reindex() leaves out all that says what was forgotten, whichever of it the index had", async () => {
  await using memory = await openTestMemory(":memory:");
  const ids = async () => {
    const page = await memory.list({ tenant: "acme" }, { cursor: null, limit: 10 });
    return page.items.map(({ id }) => id).sort();
  };
  const sessions: Record<string, Happened[]> = {
    s1: [notedTexts(1, "bot", { m1: "Anna likes green tea" })],
    s2: [notedTexts(2, "bot", { m2: "Anna likes green tea." })],
    s3: [notedTexts(2, "other", { m3: "Anna likes green tea" })],
  };
  const items = Object.entries(sessions).map(([session, [happened]]): MemoryItem => {
    const { owner, items } = happened![2] as Noted;
    return { ...items[0]!, tenant: "acme", agent: owner, session, at: happened![0] };
  });
  // The index had them in another order than the one in which it is built anew.
  for (const item of items.reverse()) await memory.remember([item]);
  assert.deepEqual(await ids(), ["m2", "m3"]);
  await run({ journal: journalOf(sessions).journal, memory, whole: true });
  assert.deepEqual(await ids(), ["m1", "m3"]);
  sessions["s1"]!.push(forgot(5, ["m1"]));
  await memory.forget({ tenant: "acme", ids: ["m1"] });
  sessions["s4"] = [notedTexts(6, "bot", { m4: "Anna likes green tea!" })];
  await run({ journal: journalOf(sessions).journal, memory, whole: true });
  assert.deepEqual(await ids(), ["m3", "m4"]);
});

Deno.test("reindex() of one tenant leaves the others alone, of the whole replaces everything", async () => {
  const stranger = {
    id: "x",
    tenant: "globex",
    agent: "bot",
    session: "s9",
    kind: "fact",
    text: "X",
    at: 1,
  } as const;
  const { journal } = journalOf({ s1: [noted(1, "bot", "a")] });
  for (const [whole, wanted] of [[false, ["x", "a"]], [true, ["a"]]] as const) {
    const memory = new FakeMemory();
    await memory.remember([stranger, { ...stranger, id: "stale", tenant: "acme" }]);
    await run({ journal, memory, whole });
    assert.deepEqual(memory.items.map(({ id }) => id), wanted);
  }
});

Deno.test("reindex() given up leaves the index as it was", async () => {
  const memory = new FakeMemory();
  const { journal } = journalOf({ s1: [noted(1, "bot", "a")], s2: [noted(1, "bot", "b")] });
  const controller = new AbortController();
  const work = async () => {
    const options = { journal, memory, tenant: "acme", whole: true, signal: controller.signal };
    for await (const { sessions } of reindex(options)) {
      if (sessions === 1) controller.abort("enough");
    }
  };
  await assert.rejects(work(), (reason) => reason === "enough");
  assert.deepEqual(memory.items, []);
});
