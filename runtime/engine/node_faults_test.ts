import assert from "node:assert/strict";
import fc from "fast-check";
import { type Effect, isRejection } from "../../actors/behavior.ts";
import { errorCode, SynapseError } from "../errors.ts";
import { verifyChain } from "../journal/hash_chain.ts";
import { ManualClock } from "../manual_clock.ts";
import { type CommitFate, FlakyJournal } from "./flaky_journal.ts";
import { LEDGER, ledger, type LedgerCommand, type LedgerState } from "./ledger_actor.ts";
import { Jobs, type LedgerNode, nodeFolder, startLedgerNode } from "./ledger_node.ts";

const IDS = ["a", "b", "c", "d", "e"];
const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7];
const LIMITS = { snapshot_events: 7, idle_ms: 50, commit_actors: 3 };

const who = fc.constantFrom(...IDS);
const wish = fc.oneof(
  fc.record({ do: fc.constant("note" as const), to: who }),
  fc.record({ do: fc.constant("tell" as const), to: who, other: who }),
  fc.record({
    do: fc.constant("begin" as const),
    to: who,
    policy: fc.constantFrom<Effect["policy"]>("retry", "once"),
  }),
  fc.record({ do: fc.constant("remind" as const), to: who, ms: fc.integer({ min: 0, max: 300 }) }),
);
const fate = fc.constantFrom<CommitFate>(
  ...Array<CommitFate>(8).fill("passes"),
  "refused",
  "lost",
  "unknown",
  "dies",
  "dies_after",
);

type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never;

/** What is known of one wish in the end. */
interface Sent {
  readonly wish: Wish;
  /** Unique: the note, or the job, that comes of it. */
  readonly text: string;
  /** Whether its sender repeats it until it is answered, or gives up after the first fault. */
  readonly keyed: boolean;
  acknowledged: boolean;
}

/** A node that dies and comes back, and those who send to it. */
class World {
  readonly #path: string;
  readonly #fates: CommitFate[];
  readonly clock = new ManualClock();
  readonly jobs = new Jobs(this.clock, 20);
  node: LedgerNode | null = null;
  #deaths = 0;

  constructor(path: string, fates: readonly CommitFate[]) {
    this.#path = path;
    this.#fates = [...fates];
  }

  async start(): Promise<LedgerNode> {
    const faults = new FlakyJournal();
    faults.fate = () => this.#fates.shift() ?? "passes";
    const { clock, jobs } = this;
    this.node = await startLedgerNode({ path: this.#path, clock, faults, jobs, limits: LIMITS });
    return this.node;
  }

  /** Lets time pass until all of that is done, and starts the node anew whenever it died. */
  async during(work: Promise<unknown>): Promise<void> {
    let over = false;
    const end = work.finally(() => over = true);
    while (!over) {
      await this.clock.advance(10);
      const { node } = this;
      if (!node?.faults.dead) continue;
      this.#deaths += 1;
      await node.during(node.stop());
      await this.start();
    }
    await end;
  }

  /** Stops the node in good order and starts it anew, now without faults, until nothing is left to do. */
  async settle(): Promise<LedgerNode> {
    this.#fates.length = 0;
    await this.node?.during(this.node.stop());
    const node = await this.start();
    const { journal } = node;
    await node.until(async () =>
      (await journal.figures()).mailbox_depth === 0 &&
      await journal.nextTimerIn(PARTITIONS) === null &&
      (await journal.owed(PARTITIONS, { cursor: null, limit: 1 })).items.length === 0
    );
    return node;
  }

  /** Sends a wish; a keyed one until it is answered. */
  async send(sent: Sent, command: LedgerCommand): Promise<void> {
    const { text, keyed, wish } = sent;
    for (let tries = 0; tries < 1000; tries++) {
      try {
        const how = keyed ? { id: text, digest: text } : {};
        const answer = await this.node!.node.submit(ledger(wish.to), command, how);
        assert.ok(!isRejection(answer), JSON.stringify(answer));
        sent.acknowledged = true;
        return;
      } catch (error) {
        if (!(error instanceof SynapseError) || error.reaction !== "retry") throw error;
        assert.ok(["journal_unavailable", "draining"].includes(errorCode(error)), String(error));
        if (!keyed) return;
        await this.clock.sleep(25);
      }
    }
    assert.fail(`${text} was never answered`);
  }

  /** The command that a wish is sent as. */
  command({ wish, text }: Sent): LedgerCommand {
    switch (wish.do) {
      case "note":
        return { type: "note", text };
      case "tell":
        return { type: "tell", to: wish.other, text };
      case "begin":
        return { type: "begin", job: text, policy: wish.policy };
      case "remind":
        return { type: "remind", name: text, at: this.clock.now() + wish.ms, text };
      default:
        return wish satisfies never;
    }
  }
}

/** How often something of a wish stands in the notes of whom it concerns. */
async function timesNoted(node: LedgerNode, { wish, text }: Sent): Promise<number> {
  const notes = await node.notes(wish.do === "tell" ? wish.other : wish.to);
  const wanted = wish.do === "begin"
    ? new RegExp(`^${text}: (ran|unknown)$`)
    : new RegExp(`^${text}$`);
  return notes.filter((note) => wanted.test(note)).length;
}

/** P2 and P4 to P7: everything acknowledged happened once, everything else at most once. */
async function checkWishes(node: LedgerNode, sent: readonly Sent[], jobs: Jobs): Promise<void> {
  for (const one of sent) {
    const times = await timesNoted(node, one);
    if (one.acknowledged) assert.equal(times, 1, `${one.text} was acknowledged`);
    else assert.ok(times <= 1, `${one.text} happened ${times} times`);
    if (one.wish.do !== "begin" || one.wish.policy !== "once") continue;
    const runs = jobs.runs.filter((job) => job === one.text).length;
    assert.ok(runs <= 1, `${one.text} ran ${runs} times`);
  }
  for (const id of IDS) {
    const unknown = (await node.notes(id)).filter((note) => /: (failed|poison)$/.test(note));
    assert.deepEqual(unknown, []);
  }
}

/** P3 and P8: no gap, no fork, no edit, and the same state from the events as from a snapshot. */
async function checkJournals(node: LedgerNode): Promise<void> {
  for (const id of IDS) {
    const events = await node.journal.readEvents(ledger(id), 0, 100_000);
    const verdict = verifyChain(ledger(id), events);
    const loaded = await node.journal.load(ledger(id));
    assert.deepEqual(
      verdict,
      loaded
        ? { ok: true, seq: loaded.seq, hash: loaded.hash }
        : { ok: true, seq: 0, hash: "0".repeat(64) },
    );
    const replayed = events.reduce(
      (state, { type, v, payload, at, seq }) =>
        LEDGER.evolve(state, LEDGER.parseEvent(type, v, payload), at, seq),
      LEDGER.initial(id),
    );
    const inspected = await node.node.inspect(ledger(id), null);
    assert.deepEqual(inspected?.state ?? LEDGER.initial(id), replayed);
    assert.deepEqual((replayed as LedgerState).jobs, []);
  }
}

Deno.test("Node keeps its promises whatever becomes of its commits, and whenever it dies", async () => {
  const plan = fc.record({
    wishes: fc.array(
      fc.record({ wish, keyed: fc.boolean(), pause: fc.integer({ min: 0, max: 40 }) }),
      {
        minLength: 20,
        maxLength: 60,
      },
    ),
    fates: fc.array(fate, { minLength: 10, maxLength: 80 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ wishes, fates }) => {
      await using folder = await nodeFolder();
      const world = new World(folder.path, fates);
      await world.start();
      const sent: Sent[] = wishes.map(({ wish, keyed }, i) => ({
        wish,
        keyed,
        text: `w${i}`,
        acknowledged: false,
      }));
      const senders = Promise.all(sent.map(async (one, i) => {
        await world.clock.sleep(wishes[i]!.pause * 10);
        await world.send(one, world.command(one));
      }));
      await world.during(senders);
      const node = await world.settle();
      await checkWishes(node, sent, world.jobs);
      await checkJournals(node);
      await node.during(node.stop());
    }),
    { numRuns: 25 },
  );
});
