/**
 * Follows one actor: the journal for what is past, the live stream for what comes, joined without a
 * gap or a repetition.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { EventLog, JournalEvent } from "../journal/port.ts";
import type { LiveEntry, LiveEvents } from "../streams/port.ts";
import { advance, type Position } from "./feed.ts";

/** Where to look. */
export interface FollowSource {
  readonly journal: Pick<EventLog, "readEvents">;
  readonly live: Pick<LiveEvents, "watch">;
}

/** How to follow. */
export interface FollowOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Whether to go on after what exists. */
  readonly follow: boolean;
}

/** Events read from the journal at a time. */
const PAGE = 200;

/**
 * Yields what comes after a position, in batches that are never empty. Ends on abort, after what
 * exists (`follow` false), or when the live stream ends because the reader is slow: the reader may
 * then begin again where it is.
 *
 * @throws {SynapseError} `journal_unavailable`
 */
export async function* follow(
  source: FollowSource,
  address: Address,
  start: Position,
  { signal, follow }: FollowOptions,
): AsyncGenerator<readonly LiveEntry[], void> {
  // The watch is opened before the journal is read, so that nothing falls in between.
  await using watch = await source.live.watch(address, start.cursor);
  const reader = new Reader(source.journal, address, start, signal);
  yield* reader.admit(watch.kept);
  yield* reader.readThrough(Infinity);
  while (follow && !signal.aborted) {
    const entries = await watch.next(signal);
    if (entries === null) return;
    if (entries.length === 0) yield* reader.readThrough(Infinity);
    yield* reader.admit(entries);
  }
}

class Reader {
  readonly #journal: FollowSource["journal"];
  readonly #address: Address;
  readonly #signal: AbortSignal;
  #position: Position;

  constructor(
    journal: FollowSource["journal"],
    address: Address,
    start: Position,
    signal: AbortSignal,
  ) {
    this.#journal = journal;
    this.#address = address;
    this.#position = start;
    this.#signal = signal;
  }

  /** The entries that are to be shown, and before them whatever the live stream has lost. */
  async *admit(entries: readonly LiveEntry[]): AsyncGenerator<readonly LiveEntry[], void> {
    let batch: LiveEntry[] = [];
    for (const entry of entries) {
      const step = advance(this.#position, entry);
      if (step.kind === "gap") {
        if (batch.length > 0) yield batch;
        batch = [];
        yield* this.readThrough(step.through);
      }
      if (this.#shows(entry)) batch.push(entry);
    }
    if (batch.length > 0) yield batch;
  }

  /** Events from the journal, up to that seq or the last one. */
  async *readThrough(seq: number): AsyncGenerator<readonly LiveEntry[], void> {
    while (!this.#signal.aborted && this.#position.cursor.seq < seq) {
      const page = await this.#journal.readEvents(
        this.#address,
        this.#position.cursor.seq,
        PAGE,
      );
      const batch = page.filter((event) => event.seq <= seq).map(asEntry)
        .filter((entry) => this.#shows(entry));
      if (batch.length > 0) yield batch;
      if (page.length < PAGE) return;
    }
  }

  #shows(entry: LiveEntry): boolean {
    const step = advance(this.#position, entry);
    if (step.kind !== "send") return false;
    this.#position = step.position;
    return true;
  }
}

function asEntry(event: JournalEvent): LiveEntry {
  return { kind: "event", cursor: { seq: event.seq, n: 0 }, event };
}
