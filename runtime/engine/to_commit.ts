/**
 * From a step to the rows that it writes.
 *
 * @module
 */
import type { Address, Json, Send } from "../../actors/behavior.ts";
import type { NewDeadLetter } from "../journal/directory_port.ts";
import type { ActorCommit, NewMailboxRow } from "../journal/port.ts";
import type { Loaded } from "./loading.ts";
import { addressKey } from "./placement.ts";
import type { NodeServices } from "./services.ts";
import type { AnyBehavior, Step } from "./step.ts";

/** What a step's commit is made of besides the step. */
export interface CommitContext {
  readonly address: Address;
  readonly behavior: AnyBehavior;
  readonly before: Loaded;
  /** Whether effects are owed afterwards. */
  readonly owed: boolean;
  readonly dead: readonly NewDeadLetter[];
  readonly now: number;
}

/** An actor's part of a group commit. */
export function toCommit(services: NodeServices, step: Step, context: CommitContext): ActorCommit {
  const { address, behavior, before, owed, dead, now } = context;
  const snapshotDue = step.after.seq - before.snapshot_seq >= services.limits.snapshot_events;
  return {
    ...services.hold(address),
    address,
    expected_seq: before.seq,
    events: step.events,
    summary: behavior.summary(step.after.state),
    owed,
    snapshot: snapshotDue && step.events.length > 0 ? JSON.stringify(step.after.state) : null,
    handled: step.handled,
    sends: step.sends.map((send, i) => toRow(services, send, address, `${step.after.seq}.${i}`)),
    timers: step.timers,
    questions: step.questions,
    dead,
    at: now,
  };
}

/** The row of a message to another actor. Its id is unique: sender, seq and place in the step. */
function toRow(
  services: NodeServices,
  send: Send<unknown>,
  from: Address,
  place: string,
): NewMailboxRow {
  const address = { tenant: from.tenant, ...send.to };
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
