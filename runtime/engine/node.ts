/**
 * One node: takes its partitions, resumes what their actors owe, hands commands to actors, and gives
 * everything back when it stops.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { errorCode, SynapseError } from "../errors.ts";
import { ConcurrencyLimit } from "../concurrency_limit.ts";
import { type DueTimer, JournalUnavailable } from "../journal/port.ts";
import type { Activation } from "./activation.ts";
import { Activations } from "./activations.ts";
import { GroupCommit } from "./commit.ts";
import { fromTimer } from "./delivery.ts";
import { JournalHealth } from "./journal_health.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import { stateAt } from "./loading.ts";
import { addressKey, partitionOf } from "./placement.ts";
import type { Answer, Engine, Inspected, SubmitOptions } from "./port.ts";
import type { ActorType, NodeServices } from "./services.ts";
import { Timers } from "./timers.ts";
import { WorkFinder } from "./work_finder.ts";

/** What a node is made of. */
export interface NodeOptions extends
  Pick<
    NodeServices,
    | "journal"
    | "live"
    | "mailboxes"
    | "handlers"
    | "clock"
    | "entropy"
    | "limits"
    | "metrics"
    | "log"
    | "onCommit"
  > {
  readonly node_id: string;
  readonly types: Readonly<Record<string, ActorType>>;
}

/** How long an actor that could not go on is left alone, in milliseconds, unless a command comes. */
const PARK_MS = 60_000;

/** How often idle actors are looked for, in milliseconds, at most; more often when they may idle shorter. */
const SWEEP_MS_MAX = 1000;

/** How long a stopping node waits for effects to heed their signals, in milliseconds. */
const ABORT_MS_MAX = 100;

/** How often what has had its time is deleted, in milliseconds, and how much of it at a time. */
const PURGE_MS = 60_000;
const PURGE_ROWS = 500;

/** The engine of one node. */
export class Node implements Engine {
  readonly #options: NodeOptions;
  readonly #activations: Activations;
  readonly #group: GroupCommit;
  readonly #health: JournalHealth;
  readonly #leases: LeaseKeeper;
  readonly #timers: Timers;
  readonly #finder: WorkFinder;
  readonly #effectLimits = new Map<string, ConcurrencyLimit>();
  /** Actors that could not go on: until when nobody wakes them unasked, in monotonic milliseconds. */
  readonly #parked = new Map<string, number>();
  readonly #stopped = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #unsubscribe = () => {};
  #draining = false;
  #pending = 0;

  constructor(options: NodeOptions) {
    const { journal, clock, metrics, log, limits, node_id } = options;
    this.#options = options;
    this.#health = new JournalHealth(journal, clock, log, this.#stopped.signal);
    this.#group = new GroupCommit({ journal, clock, metrics, actors_max: limits.commit_actors });
    this.#leases = new LeaseKeeper({
      leases: journal,
      clock,
      metrics,
      log,
      node: node_id,
      onLost: (partitions) => this.#dropPartitions(partitions),
    });
    this.#timers = new Timers({
      store: journal,
      clock,
      partitions: () => this.#leases.partitions,
      fire: (timer) => this.#fire(timer),
      onError: (error) => this.#noteError(error),
    });
    this.#finder = new WorkFinder({
      journal,
      clock,
      partitions: () => this.#leases.partitions,
      actors_max: limits.active_actors,
      wake: (address) => this.#tell(address, (activation) => activation.wake()),
      feed: (address) => this.#tell(address, (activation) => activation.feed()),
      onError: async (error) => {
        this.#noteError(error);
        await this.#health.recovered();
      },
    });
    this.#activations = new Activations({
      ...options,
      group: this.#group,
      health: this.#health,
      effect_limit: (kind) => this.#effectLimit(kind),
      hold: (address) => this.#hold(address),
      evict: (activation) => this.#activations.evict(activation),
      park: (address) => void this.#parked.set(addressKey(address), clock.monotonic() + PARK_MS),
      timerSet: (at) => this.#timers.noticed(at),
    }, options.types);
  }

  /** Takes the partitions, wakes the actors that owe something, and starts working. */
  async start(): Promise<void> {
    const { journal, mailboxes } = this.#options;
    const all = Array.from({ length: journal.partition_count }, (_, i) => i);
    const taken = await this.#leases.acquire(all);
    this.#unsubscribe = mailboxes.subscribe(taken, (notice) => this.notify(notice.address));
    const { signal } = this.#stopped;
    this.#loops.push(
      this.#leases.run(signal),
      this.#timers.run(signal),
      this.#sweep(signal),
      this.#purge(signal),
      this.#finder.run(signal),
    );
  }

  async submit(address: Address, command: unknown, options: SubmitOptions = {}): Promise<Answer> {
    const { limits, entropy, clock } = this.#options;
    if (this.#draining) {
      throw new SynapseError("draining", "Node is stopping; send the command to another one");
    }
    const trouble = this.#health.trouble;
    if (trouble) throw new SynapseError("journal_unavailable", trouble);
    if (this.#pending >= limits.mailbox_total) throw full("Node", limits.mailbox_total);
    const activation = this.#activations.at(address);
    if (activation.waiting >= limits.mailbox_per_session) {
      throw full("Actor", limits.mailbox_per_session);
    }
    this.#pending += 1;
    try {
      return await new Promise<Answer>((settle, fail) =>
        activation.deliver({
          id: options.id ?? entropy.id("cmd"),
          command,
          sender: options.sender ?? "api",
          origin: "direct",
          digest: options.id === undefined ? null : options.digest ?? "",
          timer: null,
          attempts: 0,
          received_at: clock.monotonic(),
          settle,
          fail,
        })
      );
    } finally {
      this.#pending -= 1;
    }
  }

  async inspect(address: Address, seq: number | null): Promise<Inspected | null> {
    const { behavior } = this.#activations.typeOf(address);
    return await stateAt(this.#options, behavior, address, seq);
  }

  notify(address: Address): void {
    if (!this.#draining) this.#activations.at(address).feed();
  }

  trouble(): string | null {
    return this.#draining ? "the node is stopping" : this.#health.trouble;
  }

  /** How many actors are in memory. */
  get active(): number {
    return this.#activations.size;
  }

  /**
   * Takes no more commands, finishes the commits under way, gives skill calls under way
   * `limits.drain_ms` to end, and gives the partitions back.
   */
  async stop(): Promise<void> {
    const { clock, limits } = this.#options;
    this.#draining = true;
    this.#unsubscribe();
    const deadline = clock.monotonic() + limits.drain_ms;
    while (
      this.#activations.all().some((activation) => !activation.idle) && clock.monotonic() < deadline
    ) {
      await clock.sleep(10);
    }
    this.#stopped.abort();
    const stopping = new SynapseError("draining", "Node stops; send the command again");
    const ended = Promise.all(this.#activations.all().map((one) => one.stop(stopping)));
    const patience = new AbortController();
    await Promise.race([ended, clock.sleep(ABORT_MS_MAX, patience.signal)]);
    patience.abort();
    await this.#group.idle();
    await Promise.all(this.#loops);
    await this.#leases.release();
  }

  #hold(address: Address): { partition: number; epoch: number } {
    const partition = partitionOf(address, this.#options.journal.partition_count);
    return { partition, epoch: this.#leases.epoch(partition) };
  }

  #effectLimit(kind: string): ConcurrencyLimit {
    const limit = this.#effectLimits.get(kind) ??
      new ConcurrencyLimit(this.#options.limits.effects);
    this.#effectLimits.set(kind, limit);
    return limit;
  }

  /** Trouble with the journal is waited for; anything else concerns one look, not the node. */
  #noteError(error: unknown): void {
    if (error instanceof JournalUnavailable) return this.#health.note(error);
    this.#options.metrics.errorsTotal.inc({ kind: errorCode(error) });
    this.#options.log.error({ err: error }, "Node met an error and goes on");
  }

  /** Tells an actor that it has work, unless it knows, or cannot do it. Returns whether there was room. */
  #tell(address: Address, tell: (activation: Activation) => void): boolean {
    if (!this.#activations.knows(address) || this.#parked.has(addressKey(address))) return true;
    const live = this.#activations.live(address);
    if (live && !live.idle) return true;
    const { clock, limits } = this.#options;
    if (!live && !this.#activations.hasRoom(clock.monotonic(), limits)) return false;
    tell(this.#activations.at(address));
    return true;
  }

  #fire(timer: DueTimer): void {
    const { address } = timer;
    if (!this.#activations.knows(address) || this.#parked.has(addressKey(address))) return;
    this.#activations.at(address).deliver(fromTimer(timer, this.#options.clock.monotonic()));
  }

  #dropPartitions(partitions: readonly number[]): void {
    const lost = new Set(partitions);
    const error = new SynapseError(
      "fenced",
      "Another node has this partition; send the command again",
    );
    for (const activation of this.#activations.all()) {
      if (lost.has(this.#hold(activation.address).partition)) void activation.drop(error);
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock, limits, metrics } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(Math.min(SWEEP_MS_MAX, limits.idle_ms), signal);
      const now = clock.monotonic();
      this.#activations.passivate(now, limits.idle_ms, limits.active_actors);
      for (const [key, until] of this.#parked) if (until <= now) this.#parked.delete(key);
      metrics.activeActors.set(this.#activations.size);
    }
  }

  async #purge(signal: AbortSignal): Promise<void> {
    const { clock, limits, journal } = this.#options;
    while (!signal.aborted) {
      const handled = clock.now() - limits.idempotency_ms;
      const closed = limits.closed_retention_ms === null
        ? null
        : clock.now() - limits.closed_retention_ms;
      const deleted = await journal.purge({ handled, closed }, PURGE_ROWS).catch((error) => {
        this.#noteError(error);
        return 0;
      });
      await clock.sleep(deleted < PURGE_ROWS ? PURGE_MS : 100, signal);
    }
  }
}

function full(what: string, limit: number): SynapseError {
  return new SynapseError(
    "mailbox_full",
    `${what} has ${limit} commands waiting, wanted fewer; try again later`,
    {
      data: { limit, retry_after_ms: 1000 },
    },
  );
}
