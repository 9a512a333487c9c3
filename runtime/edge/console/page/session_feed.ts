/**
 * What the page knows of a session's journal: a part of it without gaps, and the answer under way.
 * Pure.
 *
 * @module
 */
import { ENDS_ANSWER } from "../../feed.ts";
import type { JournalEvent } from "./journal_event.ts";
import type { StreamEntry } from "./session_stream.ts";

/** The known part of a journal. */
export interface Feed {
  /** In order, without gaps. */
  readonly events: readonly JournalEvent[];
  /** The pieces of the answer being given; null between answers. */
  readonly live: string | null;
}

/** Nothing is known. */
export const EMPTY_FEED: Feed = { events: [], live: null };

/** Takes what a stream brought. What is known already is passed over. */
export function takeEntries(feed: Feed, entries: readonly StreamEntry[]): Feed {
  let { live } = feed;
  let last = lastSeq(feed);
  const fresh: JournalEvent[] = [];
  for (const entry of entries) {
    if (entry.kind === "delta") live = (live ?? "") + entry.text;
    else if (entry.kind === "reset") live = null;
    else if (entry.event.seq > last) {
      fresh.push(entry.event);
      last = entry.event.seq;
      if (ENDS_ANSWER.has(entry.event.type)) live = null;
    }
  }
  return { live, events: fresh.length === 0 ? feed.events : [...feed.events, ...fresh] };
}

/** How many events are shown at first, and fetched at a time. */
export const EVENTS_STEP = 400;

/**
 * Where a stream is to begin: after the last event that is known, or else so that it brings the latest
 * ones of `seq`.
 */
export function startOf(feed: Feed, seq: number): number {
  return lastSeq(feed) || Math.max(seq - EVENTS_STEP, 0);
}

/** Forgets the answer under way: a stream that begins after an event brings all of its pieces once more. */
export function withoutAnswer(feed: Feed): Feed {
  return { ...feed, live: null };
}

/** Puts earlier events before those that are known. */
export function takeEarlier(feed: Feed, earlier: readonly JournalEvent[]): Feed {
  const first = firstSeq(feed);
  const fresh = first === null ? earlier : earlier.filter(({ seq }) => seq < first);
  return fresh.length === 0 ? feed : { ...feed, events: [...fresh, ...feed.events] };
}

/** The number of the first event that is known, or null. */
export function firstSeq({ events }: Feed): number | null {
  return events[0]?.seq ?? null;
}

/** The number of the last event that is known; 0 before the first. */
export function lastSeq({ events }: Feed): number {
  return events.at(-1)?.seq ?? 0;
}
