/**
 * The actors that live on this node: hands them commands, timers and the word that they have work.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { ConcurrencyLimit } from "../concurrency_limit.ts";
import { SynapseError } from "../errors.ts";
import type { DueTimer } from "../journal/port.ts";
import type { Activation } from "./activation.ts";
import { Activations } from "./activations.ts";
import { type Delivery, fromTimer, NOBODY } from "./delivery.ts";
import { addressKey } from "./placement.ts";
import type { Answer } from "./port.ts";
import { mailboxFull } from "./pressure.ts";
import type { ActorType, NodeServices } from "./services.ts";

/** How long an actor that could not go on is left alone, in milliseconds, unless a command comes. */
const PARK_MS = 60_000;

/** What the residents need. */
export interface ResidentsOptions extends Omit<NodeServices, "effect_limit" | "evict" | "park"> {
  readonly types: Readonly<Record<string, ActorType>>;
  /** Whether this node takes anything for an actor. */
  readonly worksOn: (address: Address) => boolean;
}

/** A command that somebody waits for. */
export type DirectCommand = Pick<Delivery, "id" | "command" | "sender" | "digest">;

/** The actors of one node. */
export class Residents {
  readonly activations: Activations;
  readonly #options: ResidentsOptions;
  readonly #effectLimits = new Map<string, ConcurrencyLimit>();
  /** Actors that could not go on: until when nobody wakes them unasked, in monotonic milliseconds. */
  readonly #parked = new Map<string, number>();

  constructor(options: ResidentsOptions) {
    const { clock } = options;
    this.#options = options;
    this.activations = new Activations({
      ...options,
      effect_limit: (kind) => this.#effectLimit(kind),
      evict: (activation) => this.activations.evict(activation),
      park: (address) => void this.#parked.set(addressKey(address), clock.monotonic() + PARK_MS),
    }, options.types);
  }

  /**
   * Has an actor handle a command. Resolves after the commit.
   *
   * @throws {SynapseError} `mailbox_full`, and why it was not done
   */
  async submit(address: Address, command: DirectCommand): Promise<Answer> {
    const { limits, clock } = this.#options;
    const activation = this.activations.at(address);
    if (activation.waiting >= limits.mailbox_per_session) {
      throw mailboxFull("Actor", limits.mailbox_per_session);
    }
    return await new Promise<Answer>((settle, fail) =>
      activation.deliver({
        ...NOBODY,
        ...command,
        origin: "direct",
        timer: null,
        attempts: 0,
        received_at: clock.monotonic(),
        settle,
        fail,
      })
    );
  }

  /** Has an actor look into its durable mailbox. */
  feed(address: Address): void {
    if (this.activations.knows(address)) this.activations.at(address).feed();
  }

  /** Has an actor look into its durable mailbox, unless it is at it. Returns whether there was room for it. */
  feedIfIdle(address: Address): boolean {
    return this.#tell(address, (activation) => activation.feed());
  }

  /** Has an actor resume what it owes, unless it is at it. Returns whether there was room for it. */
  wakeIfIdle(address: Address): boolean {
    return this.#tell(address, (activation) => activation.wake());
  }

  /** Hands a timer to its actor. */
  fire(timer: DueTimer): void {
    const { address } = timer;
    if (!this.#mayWake(address)) return;
    this.activations.at(address).deliver(fromTimer(timer, this.#options.clock.monotonic()));
  }

  /** Drops at once the actors of partitions that another node has, or those of them that it concerns. */
  drop(partitions: readonly number[], concerns: (one: Activation) => boolean = () => true): void {
    const lost = new Set(partitions);
    const message = "Another node has this partition; send the command again";
    const error = new SynapseError("fenced", message);
    for (const one of this.activations.all()) {
      if (lost.has(this.#options.hold(one.address).partition) && concerns(one)) {
        void one.drop(error);
      }
    }
  }

  /** Forgets whom to leave alone when their time is over. */
  unpark(now: number): void {
    for (const [key, until] of this.#parked) if (until <= now) this.#parked.delete(key);
  }

  #tell(address: Address, tell: (activation: Activation) => void): boolean {
    if (!this.#mayWake(address)) return true;
    const live = this.activations.live(address);
    if (live?.working) return true;
    const { clock, limits } = this.#options;
    if (!live && !this.activations.hasRoom(clock.monotonic(), limits)) return false;
    tell(this.activations.at(address));
    return true;
  }

  /** What a look found may be of a partition that left while the journal was asked. */
  #mayWake(address: Address): boolean {
    return this.activations.knows(address) && !this.#isParked(address) &&
      this.#options.worksOn(address);
  }

  #isParked(address: Address): boolean {
    return this.#parked.has(addressKey(address));
  }

  #effectLimit(kind: string): ConcurrencyLimit {
    const limit = this.#effectLimits.get(kind) ??
      new ConcurrencyLimit(this.#options.limits.effects);
    this.#effectLimits.set(kind, limit);
    return limit;
  }
}
