/**
 * Waits for the turn that answers a message.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { parseEvent } from "../../actors/session/upcast.ts";
import type { LiveEntry } from "../streams/port.ts";
import type { EdgeDeps } from "./deps.ts";
import { positionAfter } from "./feed.ts";
import { follow } from "./follow.ts";
import { type MessageProgress, observe, unanswered } from "./message_outcome.ts";

/** Milliseconds before a lost watch is opened again. */
const REOPEN_MS = 50;

/** What to wait for. */
export interface AwaitOptions {
  readonly message_id: string;
  /** A seq before the message's own event. */
  readonly after: number;
  /** Milliseconds. */
  readonly wait_ms: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/**
 * What is known of a message when its turn is over, when its turn asks a person, or else when the
 * time is up or the node stops.
 */
export async function awaitOutcome(
  deps: Pick<EdgeDeps, "journal" | "live" | "clock">,
  address: Address,
  { message_id, after, wait_ms, signal }: AwaitOptions,
): Promise<MessageProgress> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const timeUp = deps.clock.sleep(wait_ms, ended).then(() => over.abort());
  let progress = unanswered(message_id);
  let seq = after;
  try {
    while (!ended.aborted && !deps.live.closed) {
      const options = { signal: ended, follow: true };
      for await (const batch of follow(deps, address, positionAfter(seq), options)) {
        progress = batch.reduce(note, progress);
        seq = batch.findLast((entry) => entry.kind === "event")?.cursor.seq ?? seq;
        if (progress.outcome || await isAsking(deps, address, progress)) return progress;
      }
      await deps.clock.sleep(REOPEN_MS, ended);
    }
    return progress;
  } finally {
    over.abort();
    await timeUp;
  }
}

/** Whether a person has to decide now. What was asked and decided long ago may be read on the way. */
async function isAsking(
  { journal }: Pick<EdgeDeps, "journal">,
  { tenant }: Address,
  { approvals }: MessageProgress,
): Promise<boolean> {
  const questions = await Promise.all(approvals.map((id) => journal.question(tenant, id)));
  return questions.some((question) => question?.status === "pending");
}

function note(progress: MessageProgress, entry: LiveEntry): MessageProgress {
  if (entry.kind !== "event") return progress;
  const { type, v, payload } = entry.event;
  return observe(progress, parseEvent(type, v, payload));
}
