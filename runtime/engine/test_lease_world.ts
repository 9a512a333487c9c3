/**
 * Test support: two nodes on one journal, in a time that passes only when the test says so. The test
 * says which of them the store gives its leases to.
 *
 * @module
 */
import { systemEntropy } from "../entropy.ts";
import type { Journal, Lease } from "../journal/port.ts";
import { openSqliteJournal } from "../journal/sqlite/open.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { ManualClock } from "../manual_clock.ts";
import { createLocalStreams } from "../streams/local.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import type { EffectHandler } from "./effect_handler.ts";
import { LEDGER, ledger, type LedgerCommand, notesOf } from "./ledger_actor.ts";
import { nodeFolder } from "./ledger_node.ts";
import { Node } from "./node.ts";
import type { Answer } from "./port.ts";

/** What a node of that world may have of its own. */
export interface WorldNodeOptions {
  readonly job: EffectHandler;
  readonly limits?: Partial<Limits>;
  /** Stands between the node and the journal. */
  readonly wrap?: (journal: Journal) => Journal;
}

/** The world. Everything in it lives in one partition. */
export class LeaseWorld implements AsyncDisposable {
  readonly clock = new ManualClock();
  /** The node that gets and keeps leases; the store takes them from the other one. */
  owner = "A";
  readonly #journal: Journal;
  readonly #folder: AsyncDisposable;
  readonly #granted = new Map<string, readonly Lease[]>();

  private constructor(journal: Journal, folder: AsyncDisposable) {
    this.#journal = journal;
    this.#folder = folder;
  }

  /** Makes one. */
  static async open(): Promise<LeaseWorld> {
    const folder = await nodeFolder();
    const journal = await openSqliteJournal({
      path: folder.path,
      synchronous: "normal",
      partitions: 1,
      clock: new ManualClock(),
      pragmas: ["synchronous = OFF"],
    });
    return new LeaseWorld(journal, folder);
  }

  /** Starts a node that takes itself for the only one. */
  async start(id: string, { job, limits, wrap }: WorldNodeOptions): Promise<Node> {
    const { clock } = this;
    const all = { ...DEFAULT_LIMITS, drain_ms: 0, ...limits };
    const journal = this.#view(id);
    const node = new Node({
      journal: wrap?.(journal) ?? journal,
      streams: createLocalStreams({ clock, limits: all, alone: true }),
      handlers: { job },
      clock,
      entropy: systemEntropy,
      limits: all,
      metrics: silentMetrics,
      log: silentLogger,
      onCommit: () => {},
      identity: { id, incarnation: `inc_${id}`, version: "0.0.0", protocol_version: "1.0" },
      cluster: { lease_ms: 3000, heartbeat_ms: 1000, weight: 1, labels: {} },
      types: { ledger: { behavior: LEDGER, limits: null, outgoing: false } },
    });
    await node.start();
    return node;
  }

  /** Lets time pass, so that everything gets ready that can. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      await this.clock.advance(10);
      for (let i = 0; i < 5; i++) await this.clock.yield();
    }
  }

  /** Has a node handle a command of the ledger. */
  async send(node: Node, command: LedgerCommand): Promise<Answer> {
    const answer = node.submit(ledger("a"), command);
    await this.pass(300);
    return await answer;
  }

  /** What the ledger has written down, as the journal says. */
  async notes(node: Node): Promise<readonly string[]> {
    return notesOf(await node.inspect(ledger("a"), null));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal.close();
    await this.#folder[Symbol.asyncDispose]();
  }

  #view(node: string): Journal {
    const journal = this.#journal;
    const own = <Id extends { readonly id: string }>(records: readonly Id[]) =>
      records.filter(({ id }) => id === node);
    // As of a store in which leases end: how soon does not matter here, the test says who has them.
    const finite = (leases: readonly Lease[]) => leases.map((lease) => ({ ...lease, until: 1 }));
    return {
      ...journal,
      join: async (beat, ms) => own(await journal.join(beat, ms)),
      beat: async (beat, ms) => own(await journal.beat(beat, ms)),
      acquire: async (name, partitions, ms) => {
        if (this.owner !== node) return [];
        for (const [other, leases] of this.#granted) await journal.release(other, leases);
        const taken = await journal.acquire(name, partitions, ms);
        this.#granted.set(node, taken);
        return finite(taken);
      },
      renew: async (name, leases, ms) =>
        this.owner === node ? finite(await journal.renew(name, leases, ms)) : [],
    };
  }
}
