/**
 * Test support: a node that runs ledgers, in a time that passes only when the test says so.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import type { Limits } from "../limits.ts";
import { ManualClock } from "../manual_clock.ts";
import type { Metrics } from "../telemetry/port.ts";
import type { EffectContext, EffectHandler } from "./effect_handler.ts";
import { FlakyJournal } from "./flaky_journal.ts";
import { LEDGER, ledger, type LedgerCommand, notesOf } from "./ledger_actor.ts";
import type { Answer, SubmitOptions } from "./port.ts";
import type { AnyBehavior } from "./step.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

/** What a test may choose. */
export interface LedgerNodeOptions {
  readonly path: string;
  readonly clock?: ManualClock;
  readonly faults?: FlakyJournal;
  readonly limits?: Partial<Limits>;
  readonly jobs?: EffectHandler;
  readonly metrics?: Partial<Metrics>;
  /** A ledger that does something more. */
  readonly behavior?: AnyBehavior;
}

/** A running node, with what tests of it need. */
export interface LedgerNode extends TestNode {
  readonly clock: ManualClock;
  readonly faults: FlakyJournal;
  /** Has a ledger handle a command; time passes until it is answered. */
  send(id: string, command: LedgerCommand, options?: SubmitOptions): Promise<Answer>;
  /** Lets time pass until `work` is done. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** Lets time pass until `done` says yes. */
  until(done: () => boolean | Promise<boolean>): Promise<void>;
  /** What a ledger has written down, as its journal says. */
  notes(id: string): Promise<readonly string[]>;
}

/** Time that passes between two looks, in milliseconds, and the longest that a test waits. */
const TICK_MS = 10;
const WAIT_MS_MAX = 600_000;

/** Starts a node. */
export async function startLedgerNode(options: LedgerNodeOptions): Promise<LedgerNode> {
  const { clock = new ManualClock(), faults = new FlakyJournal() } = options;
  const test = await startTestNode({
    path: options.path,
    behavior: options.behavior ?? LEDGER,
    clock,
    handlers: { job: options.jobs ?? new Jobs() },
    limits: options.limits ?? {},
    metrics: options.metrics ?? {},
    pragmas: ["synchronous = OFF"],
    wrap: (journal) => faults.wrap(journal),
  });
  const until = async (done: () => boolean | Promise<boolean>) => {
    for (let waited = 0; !await done(); waited += TICK_MS) {
      invariant(waited < WAIT_MS_MAX, "what a test waits for happens");
      await clock.advance(TICK_MS);
    }
  };
  const during = async <Result>(work: Promise<Result>) => {
    let over = false;
    const end = () => void (over = true);
    work.then(end, end);
    await until(() => over);
    return await work;
  };
  return {
    ...test,
    clock,
    faults,
    until,
    during,
    send: (id, command, how) => during(test.node.submit(ledger(id), command, how)),
    notes: async (id) => notesOf(await test.node.inspect(ledger(id), null)),
  };
}

/** Does jobs: each ends after `ms` milliseconds, and knows nothing of those of another process. */
export class Jobs implements EffectHandler {
  /** Each run that was begun, by its job. */
  readonly runs: string[] = [];
  readonly #clock: ManualClock | null;
  readonly #ms: number;

  constructor(clock: ManualClock | null = null, ms = 0) {
    this.#clock = clock;
    this.#ms = ms;
  }

  async run(effect: Effect, { signal }: EffectContext): Promise<LedgerCommand> {
    this.runs.push(effect.id);
    await this.#clock?.sleep(this.#ms, signal);
    return { type: "end", job: effect.id, text: "ran" };
  }

  settle(effect: Effect): Promise<LedgerCommand> {
    return Promise.resolve({ type: "end", job: effect.id, text: "unknown" });
  }

  failed(effect: Effect): LedgerCommand {
    return { type: "end", job: effect.id, text: "failed" };
  }
}

/** A new folder with the path of a journal; both go in the end. */
export async function nodeFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  return {
    path: `${folder}/journal.db`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
