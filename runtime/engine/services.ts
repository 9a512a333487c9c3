/**
 * What all activations of a node share.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { ConcurrencyLimit } from "../concurrency_limit.ts";
import type { Entropy } from "../entropy.ts";
import type { Journal } from "../journal/port.ts";
import type { Limits } from "../limits.ts";
import type { LiveEvents, Notice } from "../streams/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";
import type { Address } from "../../actors/behavior.ts";
import type { GroupCommit } from "./commit.ts";
import type { EffectHandlers } from "./effect_handler.ts";
import type { JournalHealth } from "./journal_health.ts";
import type { Answer } from "./port.ts";
import type { AnyBehavior, Step } from "./step.ts";

/** An actor type that a node runs. */
export interface ActorType {
  readonly behavior: AnyBehavior;
  /** The behavior's own limits, handed to each of its decisions. */
  readonly limits: unknown;
  /** Whether its events are handed on to other systems. */
  readonly outgoing: boolean;
}

/** What all activations of a node share. */
export interface NodeServices {
  readonly journal: Journal;
  readonly group: GroupCommit;
  readonly health: JournalHealth;
  readonly live: LiveEvents;
  readonly handlers: EffectHandlers;
  /** How many effects of a kind are carried out at once. */
  readonly effect_limit: (kind: string) => ConcurrencyLimit;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The partition of an actor, and the epoch under which this node holds it (-1: it does not). */
  readonly hold: (address: Address) => { readonly partition: number; readonly epoch: number };
  /** Whether it is certain that no other node has the actor. */
  readonly isSure: (address: Address) => boolean;
  /** Hears from the store that another node has a partition. */
  readonly fenced: (part: { readonly partition: number; readonly epoch: number }) => void;
  /** Tells the owners of actors that something is in their mailboxes. */
  readonly announce: (notices: readonly Notice[]) => void;
  /** Hears of the answer to a command that came through the durable mailbox. */
  readonly answered: (address: Address, command_id: string, answer: Answer) => void;
  /** Forgets a live actor, if it is still that one. */
  readonly evict: (actor: { readonly address: Address }) => void;
  /** Hears that an actor could not go on: nobody needs to wake it soon. */
  readonly park: (address: Address) => void;
  /** Hears that events were committed that are handed on to other systems. */
  readonly handOn: () => void;
  /** Hears that a timer was set. */
  readonly timerSet: (at: number) => void;
  /** Hears of each commit, for metrics. */
  readonly onCommit: (address: Address, before: unknown, step: Step) => void;
}
