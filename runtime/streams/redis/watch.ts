/**
 * One watcher: what waits for it, bounded.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { compareCursors, type Cursor, type LiveEntry, type Watch } from "../port.ts";
import { charsOf, WAITING_CHARS_MAX } from "../waiting.ts";
import type { CarriedEntry } from "./records.ts";

/** What a watcher needs. */
export interface WatchOptions {
  readonly clock: Clock;
  readonly after: Cursor;
  /** Entries that may wait for it. */
  readonly limit: number;
  /** Called when it ends, and perhaps again. */
  readonly left: (watch: RedisWatch) => void;
}

/** A watcher. It is given nothing twice, and nothing that comes before what it has. */
export class RedisWatch implements Watch {
  readonly #options: WatchOptions;
  #kept: readonly LiveEntry[] = [];
  #last: Cursor;
  #buffer: LiveEntry[] = [];
  #chars = 0;
  #hint = false;
  #ended = false;
  #wake: () => void = () => {};
  /** When it was told something last, in monotonic milliseconds. */
  #told_at: number;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#last = options.after;
    this.#told_at = options.clock.monotonic();
  }

  get kept(): readonly LiveEntry[] {
    return this.#kept;
  }

  /** The newest that it has been given. */
  get last(): Cursor {
    return this.#last;
  }

  /** Milliseconds since it was told something. */
  get quiet_ms(): number {
    return this.#options.clock.monotonic() - this.#told_at;
  }

  /** What was there when it came, in part perhaps pushed already. */
  begin(past: readonly CarriedEntry[]): void {
    const isPiece = (entry: CarriedEntry): entry is LiveEntry =>
      entry.kind === "delta" || entry.kind === "reset";
    const { after } = this.#options;
    const seen = new Set<string>();
    this.#kept = past.filter((entry) => compareCursors(entry.cursor, after) > 0).filter(isPiece);
    for (const { cursor } of past) seen.add(`${cursor.seq}.${cursor.n}`);
    this.#buffer = this.#buffer.filter(({ cursor }) => !seen.has(`${cursor.seq}.${cursor.n}`));
    const newest = past.at(-1)?.cursor;
    if (newest && compareCursors(newest, this.#last) > 0) this.#last = newest;
  }

  /** Adds what came. */
  push(entries: readonly CarriedEntry[]): void {
    if (this.#ended) return;
    const before = this.#buffer.length;
    for (const entry of entries) {
      if (compareCursors(entry.cursor, this.#last) <= 0) continue;
      this.#last = entry.cursor;
      if (entry.kind === "large") {
        this.#hint = true;
        continue;
      }
      this.#buffer.push(entry);
      this.#chars += charsOf(entry);
    }
    const many = this.#buffer.length > this.#options.limit;
    const much = before > 0 && this.#chars > WAITING_CHARS_MAX;
    if (many || much) {
      this.#buffer.length = before;
      return this.end();
    }
    if (this.#buffer.length > before || this.#hint) this.#tell();
  }

  /** Has it look into the journal. */
  hint(): void {
    if (this.#ended) return;
    this.#hint = true;
    this.#tell();
  }

  /** There will be no more. */
  end(): void {
    this.#ended = true;
    this.#options.left(this);
    this.#wake();
  }

  async next(signal: AbortSignal): Promise<readonly LiveEntry[] | null> {
    if (this.#buffer.length === 0 && !this.#hint && !this.#ended && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", this.#wake, { once: true });
      await promise;
      signal.removeEventListener("abort", this.#wake);
    }
    const entries = this.#buffer;
    this.#buffer = [];
    this.#chars = 0;
    if (entries.length > 0) return entries;
    if (this.#ended || !this.#hint || signal.aborted) return null;
    this.#hint = false;
    return [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  #tell(): void {
    this.#told_at = this.#options.clock.monotonic();
    this.#wake();
  }
}
