/**
 * From a step to the rows that it writes.
 *
 * @module
 */
import type { Address, Json, Send } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import type { NewDeadLetter } from "../journal/directory_port.ts";
import type { ActorCommit, NewMailboxRow } from "../journal/port.ts";
import type { Loaded } from "./loading.ts";
import { addressKey } from "./placement.ts";
import type { NodeServices } from "./services.ts";
import type { AnyBehavior, Step } from "./step.ts";

/** What a step's commit is made of besides the step. */
export interface CommitContext {
  readonly address: Address;
  /** The right under which the actor was loaded. */
  readonly lease: { readonly partition: number; readonly epoch: number };
  readonly behavior: AnyBehavior;
  readonly before: Loaded;
  /** Whether effects are owed afterwards. */
  readonly owed: boolean;
  readonly outgoing: boolean;
  readonly dead: readonly NewDeadLetter[];
  readonly now: number;
}

/** Stands for a summary where there are no events, so that the store leaves it as it is. */
const UNCHANGED = { status: "", label: "", details: null };

/** An actor's part of a group commit. */
export function toCommit(services: NodeServices, step: Step, context: CommitContext): ActorCommit {
  // Their ids are made of the seq, which must not come again.
  invariant(step.sends.length === 0 || step.events.length > 0, "C1 whoever sends has an event");
  const { address, behavior, before, owed, outgoing, dead, now } = context;
  const snapshotDue = step.after.seq - before.snapshot_seq >= services.limits.snapshot_events;
  return {
    ...context.lease,
    address,
    expected_seq: before.seq,
    expected_hash: before.hash,
    events: step.events,
    summary: step.events.length > 0 ? behavior.summary(step.after.state) : UNCHANGED,
    owed,
    snapshot: snapshotDue && step.events.length > 0
      ? { version: behavior.state_version, state: JSON.stringify(step.after.state) }
      : null,
    handled: step.handled,
    sends: step.sends.map((send, i) => toRow(services, send, address, `${step.after.seq}.${i}`)),
    timers: step.timers,
    questions: step.questions,
    dead,
    outgoing,
    at: now,
  };
}

/** Where a message goes: to an actor of the sender's own tenant, whatever the actor says. */
export function recipient({ to }: Send<unknown>, { tenant }: Address): Address {
  return { type: to.type, id: to.id, tenant };
}

/** The row of a message to another actor. Its id is unique: sender, seq and place in the step. */
function toRow(
  services: NodeServices,
  send: Send<unknown>,
  from: Address,
  place: string,
): NewMailboxRow {
  const address = recipient(send, from);
  const sender = addressKey(from);
  const { partition } = services.hold(address);
  return {
    address,
    partition,
    id: `${sender}:${place}`,
    command: send.command as Json,
    sender,
    digest: "",
  };
}
