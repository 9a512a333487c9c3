/**
 * The newest pieces of a session's answers, kept for watchers to come. Durable events are not among
 * them: the journal has those.
 *
 * @module
 */
import { compareCursors, type Cursor, type LiveEntry } from "./port.ts";

/** Characters of text kept for one session (at most 1 MiB in memory); beyond it the oldest piece goes. */
export const KEPT_CHARS_MAX = 524_288;

/** A piece of an answer, or the word that the pieces so far are void. */
type Piece = Exclude<LiveEntry, { readonly kind: "event" }>;

/** The pieces of one session. */
export class KeptPieces {
  readonly #limit: number;
  #pieces: Piece[] = [];
  #chars = 0;

  /** @param limit pieces that are kept; a quarter more for a while */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps the pieces among these entries. */
  add(entries: readonly LiveEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === "event") continue;
      this.#pieces.push(entry);
      this.#chars += charsOf(entry);
    }
    // Cut seldom and much: cutting moves the whole array.
    const many = this.#pieces.length > this.#limit * 1.25;
    if (many || this.#chars > KEPT_CHARS_MAX) this.#cut();
  }

  /** Those that come after a place. */
  after(cursor: Cursor): readonly LiveEntry[] {
    return this.#pieces.filter((piece) => compareCursors(piece.cursor, cursor) > 0);
  }

  #cut(): void {
    const chars_max = this.#chars > KEPT_CHARS_MAX ? KEPT_CHARS_MAX * 0.75 : KEPT_CHARS_MAX;
    let from = Math.max(0, this.#pieces.length - this.#limit);
    let chars = this.#pieces.slice(from).reduce((sum, piece) => sum + charsOf(piece), 0);
    for (; chars > chars_max; from++) chars -= charsOf(this.#pieces[from]);
    this.#pieces = this.#pieces.slice(from);
    this.#chars = chars;
  }
}

function charsOf(piece: Piece | undefined): number {
  return piece?.kind === "delta" ? piece.text.length : 0;
}
