/**
 * One node: holds partitions, resumes what their actors owe, has commands handled, here or on other
 * nodes, and gives everything back when it stops.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { errorCode } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import type { Streams } from "../streams/port.ts";
import { GroupCommit } from "./commit.ts";
import { Courier } from "./courier.ts";
import { Dispatcher } from "./dispatcher.ts";
import { HandOver } from "./hand_over.ts";
import { keepPassivating, keepPurging } from "./housekeeping.ts";
import { JournalHealth } from "./journal_health.ts";
import { keepWithinLeases } from "./lease_watch.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import { stateAt } from "./loading.ts";
import { Membership, type MembershipOptions, type NodeIdentity } from "./membership.ts";
import { OutboxPump } from "./outbox_pump.ts";
import { partitionOf } from "./placement.ts";
import type { Answer, Engine, Inspected, PostedCommand, Poster, SubmitOptions } from "./port.ts";
import { Rebalancer } from "./rebalance.ts";
import { Residents } from "./residents.ts";
import type { ActorType, NodeServices } from "./services.ts";
import { refuseUnlessTaken, shortageOf, type Standing, stuckOf, troubleOf } from "./standing.ts";
import { Timers } from "./timers.ts";
import { WorkFinder } from "./work_finder.ts";

/** What a node is made of. */
export interface NodeOptions extends
  Pick<
    NodeServices,
    "journal" | "handlers" | "clock" | "entropy" | "limits" | "metrics" | "log" | "onCommit"
  > {
  readonly identity: NodeIdentity;
  readonly streams: Omit<Streams, "carrier" | typeof Symbol.asyncDispose>;
  readonly cluster: Omit<MembershipOptions, "nodes" | "identity">;
  readonly types: Readonly<Record<string, ActorType>>;
  /** Hears that another process took this node's id. This one gives everything up and takes nothing. */
  readonly onSuperseded?: () => void;
}

/** The engine of one node. */
export class Node implements Engine, Poster {
  readonly #options: NodeOptions;
  readonly #residents: Residents;
  readonly #group: GroupCommit;
  readonly #health: JournalHealth;
  readonly #leases: LeaseKeeper;
  readonly #membership: Membership;
  readonly #rebalancer: Rebalancer;
  readonly #courier: Courier;
  readonly #dispatcher: Dispatcher;
  readonly #timers: Timers;
  readonly #finder: WorkFinder;
  readonly #pump: OutboxPump | null;
  readonly #stopped = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #deaf = () => {};
  #draining: Promise<void> | null = null;

  constructor(options: NodeOptions) {
    const { journal, streams, clock, metrics, log, limits, identity, cluster } = options;
    const node = identity.id;
    const onError = (error: unknown) => this.#noteError(error);
    this.#options = options;
    this.#health = new JournalHealth(journal, clock, log, this.#stopped.signal);
    this.#group = new GroupCommit({ journal, clock, metrics, actors_max: limits.commit_actors });
    this.#leases = new LeaseKeeper({
      leases: journal,
      clock,
      metrics,
      log,
      node,
      lease_ms: cluster.lease_ms,
      onChange: (partitions) => this.#work(partitions),
      onLost: (partitions) => this.#residents.drop(partitions),
    });
    this.#courier = new Courier({
      store: journal,
      streams,
      leases: this.#leases,
      clock,
      node,
      actor_max: limits.mailbox_per_session,
      partitionOf: (address) => this.#hold(address).partition,
      feed: (address) => this.#residents.feed(address),
      stopped: this.#stopped.signal,
    });
    this.#residents = this.#createResidents();
    this.#dispatcher = new Dispatcher({
      residents: this.#residents,
      courier: this.#courier,
      entropy: options.entropy,
      commands_max: limits.mailbox_total,
      isHere: (address) => this.owns(this.#hold(address).partition),
      others: () => this.#rebalancer.others,
      refuse: () => refuseUnlessTaken(this.#standing),
    });
    const partitions = () => this.#leases.partitions;
    this.#timers = new Timers({
      store: journal,
      clock,
      partitions,
      fire: (timer) => this.#residents.fire(timer),
      onError,
    });
    this.#finder = this.#createFinder();
    const { egress } = streams;
    this.#pump = egress && new OutboxPump({ outbox: journal, egress, clock, partitions, onError });
    this.#membership = new Membership({ nodes: journal, identity, ...cluster });
    this.#rebalancer = this.#createRebalancer();
  }

  /**
   * Joins the other nodes, takes its partitions, and starts working.
   *
   * @throws {SynapseError} `protocol_mismatch`, `journal_unavailable`
   */
  async start(): Promise<void> {
    await this.#membership.join();
    this.#deaf = this.#courier.listen();
    await this.#rebalancer.look();
    const { signal } = this.#stopped;
    const onError = (error: unknown) => this.#noteError(error);
    const { activations } = this.#residents;
    this.#loops.push(
      this.#rebalancer.run(signal),
      this.#timers.run(signal),
      this.#finder.run(signal),
      this.#pump?.run(signal) ?? Promise.resolve(),
      keepPassivating({
        ...this.#options,
        activations,
        onSweep: (now) => this.#residents.unpark(now),
      }, signal),
      keepWithinLeases(
        { ...this.#options, leases: this.#leases, residents: this.#residents },
        signal,
      ),
      keepPurging({ ...this.#options, onError }, signal),
    );
  }

  submit(address: Address, command: unknown, options: SubmitOptions = {}): Promise<Answer> {
    return this.#dispatcher.submit(address, command, options);
  }

  post(commands: readonly PostedCommand[]): Promise<readonly Promise<Answer>[]> {
    return this.#dispatcher.post(commands);
  }

  async inspect(address: Address, seq: number | null): Promise<Inspected | null> {
    const { behavior } = this.#residents.activations.typeOf(address);
    return await stateAt(this.#options, behavior, address, seq);
  }

  notify(address: Address): void {
    this.#courier.announce([{ partition: this.#hold(address).partition, address }]);
  }

  trouble(): string | null {
    return troubleOf(this.#standing);
  }

  /** What is missing although commands are taken, or null. */
  shortage(): string | null {
    return shortageOf(this.#standing);
  }

  /** Why this process is beyond help but by a new start, or null. */
  stuck(): string | null {
    return stuckOf(this.#standing);
  }

  /** How many actors are in memory. */
  get active(): number {
    return this.#residents.activations.size;
  }

  /** Whether this node works on a partition, and it is certain that no other does. */
  owns(partition: number): boolean {
    return this.#leases.worksOn(partition) && this.#leases.isSure(partition);
  }

  /**
   * Gives all partitions up: finishes the commits under way, and gives skill calls under way
   * `limits.drain_ms` to end. Commands that still come are handled by other nodes; without one they
   * are refused.
   */
  drain(): Promise<void> {
    return this.#draining ??= this.#rebalancer.drain();
  }

  /** Drains, and ends. */
  async stop(): Promise<void> {
    await this.drain();
    this.#deaf();
    this.#stopped.abort();
    await Promise.all(this.#loops);
    await this.#membership.leave().catch((error) => this.#noteError(error));
  }

  #createResidents(): Residents {
    const { streams } = this.#options;
    return new Residents({
      ...this.#options,
      ...streams,
      group: this.#group,
      health: this.#health,
      hold: (address) => this.#hold(address),
      worksOn: (address) => this.#leases.worksOn(this.#hold(address).partition),
      isSure: (address) => this.#leases.isSure(this.#hold(address).partition),
      fenced: ({ partition, epoch }) => this.#leases.fenced(partition, epoch),
      announce: (notices) => this.#courier.announce(notices),
      answered: (address, id, answer) => this.#courier.answered(address, id, answer),
      handOn: () => this.#pump?.wake(),
      timerSet: (at) => this.#timers.noticed(at),
    });
  }

  #createFinder(): WorkFinder {
    const { journal, clock, limits, streams } = this.#options;
    return new WorkFinder({
      journal,
      clock,
      partitions: () => this.#leases.partitions,
      told: () => streams.carries(),
      actors_max: limits.active_actors,
      wake: (address) => this.#residents.wakeIfIdle(address),
      feed: (address) => this.#residents.feedIfIdle(address),
      onError: async (error) => {
        this.#noteError(error);
        await this.#health.recovered();
      },
    });
  }

  #createRebalancer(): Rebalancer {
    const { journal, clock, log, limits, cluster, identity } = this.#options;
    return new Rebalancer({
      node: identity.id,
      partition_count: journal.partition_count,
      membership: this.#membership,
      leases: this.#leases,
      onReleased: (listener) => journal.onReleased(listener),
      handOver: new HandOver({
        leases: this.#leases,
        clock,
        activations: () => this.#residents.activations.all(),
        partitionOf: (address) => this.#hold(address).partition,
        committed: () => this.#group.idle(),
      }),
      clock,
      log,
      heartbeat_ms: cluster.heartbeat_ms,
      drain_ms: limits.drain_ms,
      onDrainRequested: () => void this.drain(),
      onSuperseded: () => {
        void this.drain();
        this.#options.onSuperseded?.();
      },
      onError: (error) => this.#noteError(error),
    });
  }

  get #standing(): Standing {
    const { superseded, others, nobody, silence_ms } = this.#rebalancer;
    const [draining, journal] = [this.#draining !== null, this.#health.trouble];
    return { superseded, draining, others, nobody, silence_ms, journal };
  }

  /** Hears which partitions this node works on now. */
  #work(partitions: readonly number[]): void {
    this.#courier.own(partitions);
    this.#timers.noticed(-Infinity);
    this.#finder.nudge();
    this.#pump?.wake();
  }

  #hold(address: Address): { partition: number; epoch: number } {
    const partition = partitionOf(address, this.#options.journal.partition_count);
    return { partition, epoch: this.#leases.epoch(partition) };
  }

  /** Trouble with the journal is waited for; anything else concerns one look, not the node. */
  #noteError(error: unknown): void {
    if (error instanceof JournalUnavailable) return this.#health.note(error);
    this.#options.metrics.errorsTotal.inc({ kind: errorCode(error) });
    this.#options.log.error({ err: error }, "Node met an error and goes on");
  }
}
