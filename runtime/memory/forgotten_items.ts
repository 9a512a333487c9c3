/**
 * What was forgotten, by what it said. An item can stand for others that say the same, and an index
 * that is built anew may choose another one of them: whoever forgot one meant them all.
 *
 * Only the words count here: no vectors are made of what is forgotten.
 *
 * @module
 */
import { concerns, type ForgottenNote, type Note } from "./journaled_items.ts";
import { saysNothingNew, type Statement, statementOf, wordsKey } from "./near_duplicates.ts";

interface Forgotten extends ForgottenNote {
  readonly statement: Statement;
}

/** Forgotten items, found by their words. */
export class ForgottenItems {
  readonly #byWords = new Map<string, Forgotten[]>();

  /** Takes one that was forgotten. */
  add(note: ForgottenNote): void {
    const statement = statementOf(note.item, null);
    const key = wordsKey(statement);
    const known = this.#byWords.get(key);
    if (known) known.push({ ...note, statement });
    else this.#byWords.set(key, [{ ...note, statement }]);
  }

  /** Whether what says all that a note says was forgotten after that was noted. */
  cover(note: Note): boolean {
    if (this.#byWords.size === 0) return false;
    const next = statementOf(note.item, null);
    const alike = this.#byWords.get(wordsKey(next)) ?? [];
    return alike.some(({ statement, forgettings }) =>
      forgettings.some((forgetting) => concerns(forgetting, note)) &&
      saysNothingNew(next, statement)
    );
  }
}
