/**
 * Each event carries the SHA-256 of the hash before it and of its own content, so that a journal
 * which was edited, cut in the middle or reordered does not verify. (A cut at the end verifies: compare
 * the last hash with one noted elsewhere.)
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Address } from "../../actors/behavior.ts";
import { canonicalJson } from "./canonical_json.ts";
import type { JournalEvent } from "./port.ts";

/** The hash before an actor's first event. */
export const GENESIS = "0".repeat(64);

/** What of an event is hashed besides its payload. */
export type EventHeader = Omit<JournalEvent, "payload" | "hash">;

/**
 * The hash of an event: SHA-256 over a canonical JSON array of everything but the payload, a line
 * feed, and the payload's canonical text.
 *
 * @param previous the hash of the event before it, or {@link GENESIS}
 * @param text the payload's canonical JSON
 * @returns 64 hexadecimal digits
 */
export function hashEvent(
  previous: string,
  address: Address,
  event: EventHeader,
  text: string,
): string {
  const { tenant, type, id } = address;
  const header = JSON.stringify([
    previous,
    tenant,
    type,
    id,
    event.seq,
    event.type,
    event.v,
    event.cause,
    event.at,
  ]);
  return createHash("sha256").update(header).update("\n").update(text).digest("hex");
}

/** What verification found. */
export type Verdict =
  | { readonly ok: true; readonly seq: number; readonly hash: string }
  | { readonly ok: false; readonly seq: number; readonly reason: string };

/**
 * Verifies a run of events, in order.
 *
 * @param start seq and hash of the event before the first one
 */
export function verifyChain(
  address: Address,
  events: Iterable<JournalEvent>,
  start: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS },
): Verdict {
  let { seq, hash } = start;
  for (const event of events) {
    seq += 1;
    if (event.seq !== seq) {
      return { ok: false, seq, reason: `Event ${seq} is missing, found ${event.seq}` };
    }
    const wanted = hashEvent(hash, address, event, canonicalJson(event.payload));
    if (event.hash !== wanted) {
      return {
        ok: false,
        seq,
        reason: `Event ${seq} has the hash ${event.hash}, its content gives ${wanted}`,
      };
    }
    hash = wanted;
  }
  return { ok: true, seq, hash };
}
