/**
 * Generated sequences of operations, of which each must give what the model gives.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../actors/behavior.ts";
import { GENESIS } from "../hash_chain.ts";
import type { ActorCommit, TimerRow } from "../port.ts";
import { ModelJournal } from "./model.ts";
import { actor, allPages, keyOf, type OpenSubject, row, type Subject, Writer } from "./subject.ts";

/** Few of everything, so that the operations meet. */
const ACTORS = [actor("a"), actor("b"), actor("a", "globex")];
const TENANTS = ["acme", "globex"];
const PARTITION = 3;
const ELSEWHERE = 4;

const who = fc.nat(ACTORS.length - 1);
/** Which request brings a command. */
const request = fc.constantFrom(null, "r1", "r2");
const command = fc.nat(4).map((n) => `c${n}`);
const name = fc.constantFrom("t", "u");
/** Milliseconds before the start, by which the times of the sequence are told apart. */
const ago = fc.integer({ min: 1, max: 6 }).map((n) => n * 1000);

const timer = fc.oneof(
  fc.record({ op: fc.constant("set" as const), name, ago: fc.oneof(ago, fc.constant(-60_000)) }),
  fc.record({ op: fc.constant("fired" as const), name, ago }),
  fc.record({ op: fc.constant("clear" as const), name, ago }),
);

/** Through text, because JSON has no negative zero. */
const payload = fc.jsonValue({ maxDepth: 1 })
  .map((value): Json => JSON.parse(JSON.stringify(value)));

const part = fc.record({
  events: fc.array(payload, { maxLength: 3 }),
  status: fc.constantFrom("idle", "running"),
  owed: fc.boolean(),
  snapshot: fc.boolean(),
  handled: fc.uniqueArray(fc.record({ id: command, refused: fc.boolean() }), {
    maxLength: 2,
    selector: ({ id }) => id,
  }),
  sends: fc.array(fc.tuple(who, command), { maxLength: 2 }),
  timers: fc.array(timer, { maxLength: 3 }),
  asks: fc.boolean(),
  settles: fc.boolean(),
  buries: fc.boolean(),
  fault: fc.constantFrom("", "", "", "", "", "epoch", "seq", "hash"),
  ago,
});

const move = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("commit" as const), parts: parts() }) },
  fc.record({
    do: fc.constant("accept" as const),
    rows: fc.array(fc.tuple(who, command, request)),
  }),
  fc.record({
    do: fc.constant("take" as const),
    who,
    limit: fc.integer({ min: 1, max: 3 }),
    except: fc.array(command, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant("retry" as const), tenant: fc.nat(1), letter: fc.nat(5) }),
  fc.record({ do: fc.constant("purge" as const), ago }),
);

/** Parts of some actors, at most one for each. */
function parts() {
  return fc.tuple(...ACTORS.map(() => fc.option(part)));
}

type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;
type Part = typeof part extends fc.Arbitrary<infer Value> ? Value : never;

/** A journal and its model, side by side. */
class Pair {
  readonly #subject: Subject;
  readonly #writer: Writer;
  readonly #model: ModelJournal;
  readonly #start: number;
  /** Counts what has to have an id of its own. */
  #made = 0;

  constructor(subject: Subject, writer: Writer) {
    this.#subject = subject;
    this.#writer = writer;
    this.#model = new ModelJournal(writer.lease(PARTITION).epoch);
    this.#start = subject.now();
  }

  /** Does the same to both, and compares what they answer. */
  async step(move: Move): Promise<void> {
    const { journal } = this.#subject;
    switch (move.do) {
      case "commit": {
        const batch = move.parts.flatMap((part, i) => part ? [this.#commitOf(i, part)] : []);
        assert.deepEqual(await this.#writer.commit(...batch), this.#model.commit(batch));
        return;
      }
      case "accept": {
        const rows = move.rows.map(([i, id, request_id]) =>
          row(ACTORS[i]!, id, { partition: PARTITION, request_id })
        );
        assert.deepEqual(await journal.accept(rows), this.#model.accept(rows));
        return;
      }
      case "take": {
        const { limit, except } = move;
        const address = ACTORS[move.who]!;
        const taken = await journal.take(address, limit, except);
        assert.deepEqual(taken, this.#model.take(address, limit, except));
        return;
      }
      case "retry": {
        const args = [TENANTS[move.tenant]!, `dead_${move.letter}`] as const;
        const letter = await journal.retryDeadLetter(...args);
        assert.deepEqual(letter, this.#model.retryDeadLetter(...args));
        return;
      }
      case "purge": {
        const handled = this.#start - move.ago;
        this.#model.purge(handled);
        while (await journal.purge({ handled, closed: null }, 2) >= 2);
        return;
      }
      default:
        return move satisfies never;
    }
  }

  /** Compares all that can be read. */
  async compare(): Promise<void> {
    const { journal } = this.#subject;
    const model = this.#model;
    const partitions = [PARTITION, ELSEWHERE];
    for (const address of ACTORS) {
      assert.deepEqual(await journal.load(address), model.load(address));
      assert.deepEqual(await journal.find(address), model.find(address));
      for (let n = 0; n <= 4; n++) {
        assert.deepEqual(await journal.handled(address, `c${n}`), model.handled(address, `c${n}`));
      }
    }
    assert.deepEqual(
      (await journal.backlog(partitions, 100)).map(keyOf).sort(),
      model.backlog(partitions),
    );
    const owed = await allPages((page) => journal.owed(partitions, page), 2);
    assert.deepEqual(owed.map(keyOf).sort(), model.owed(partitions));
    const byKey = (a: object, b: object) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
    const due = [...await journal.dueTimers(partitions, 100)];
    assert.deepEqual(due.map(({ at }) => at), due.map(({ at }) => at).sort());
    const wanted = model.dueTimers(partitions, this.#start);
    assert.deepEqual(due.map(sortMembers).sort(byKey), wanted.map(sortMembers).sort(byKey));
    for (const tenant of TENANTS) await this.#compareLists(tenant);
  }

  async #compareLists(tenant: string): Promise<void> {
    const { journal } = this.#subject;
    for (const status of [null, "idle", "pending", "approve"]) {
      const filter = { type: "session", status, label: null };
      const actors = await allPages((page) => journal.list(tenant, filter, page), 2);
      assert.deepEqual(actors, this.#model.list(tenant, status));
      const questions = await allPages((page) => journal.questions(tenant, status, page), 2);
      assert.deepEqual(questions, this.#model.questions(tenant, status));
    }
    const letters = await allPages((page) => journal.deadLetters(tenant, page), 2);
    assert.deepEqual(letters, this.#model.deadLetters(tenant));
  }

  #commitOf(i: number, part: Part): ActorCommit {
    const { events, owed, status, fault, handled } = part;
    const id = this.#made++;
    const at = this.#start - part.ago;
    const ask = { op: "ask", id: `q_${id}`, kind: "k", details: { id } } as const;
    const settle = { op: "settle", id: `q_${id - 3}`, outcome: "approve", details: id } as const;
    const dead = { command_id: "c", command: { id }, sender: "s", error: "e", attempts: 5 };
    const made = this.#writer.part(ACTORS[i]!, {
      events,
      owed,
      at,
      partition: PARTITION,
      summary: { status, label: "", details: { id } },
      snapshot: part.snapshot && events.length > 0 ? { version: id, state: `{"id":${id}}` } : null,
      handled: handled.map((mark) => ({ ...mark, digest: `h:${mark.id}:${id}`, reply: { id } })),
      sends: part.sends.map(([i, id]) => row(ACTORS[i]!, id, { partition: ELSEWHERE })),
      timers: part.timers.map((timer) => this.#timerOf(timer)),
      questions: [...(part.asks ? [ask] : []), ...(part.settles ? [settle] : [])],
      dead: part.buries ? [{ ...dead, id: `dead_${id}` }] : [],
    });
    if (fault === "epoch") return { ...made, epoch: made.epoch + 1 };
    if (fault === "hash") return { ...made, expected_hash: GENESIS.replaceAll("0", "f") };
    return fault === "seq" ? { ...made, expected_seq: made.expected_seq + 1 } : made;
  }

  #timerOf({ op, name, ago }: Part["timers"][number]): TimerRow {
    const at = this.#start - ago;
    if (op === "set") return { op, name, at, command: { name } };
    return op === "fired" ? { op, name, at } : { op, name };
  }
}

/** Members in one order, so that texts can be compared. */
function sortMembers(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Registers the test with generated sequences. */
export function testSequences(name: string, open: OpenSubject): void {
  Deno.test(`${name}: answers any sequence of operations as the model does`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 30 }), async (moves) => {
        await using subject = await open();
        const pair = new Pair(subject, await Writer.of(subject));
        for (const move of moves) await pair.step(move);
        await pair.compare();
      }),
      { numRuns: 60 },
    );
  });
}
