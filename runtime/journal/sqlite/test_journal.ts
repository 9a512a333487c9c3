/**
 * Journals in files of their own, for tests.
 *
 * @module
 */
import { ManualClock } from "../../manual_clock.ts";
import { PARTITIONS, type Subject } from "../contract/subject.ts";
import { openSqliteJournal, type SqliteJournalOptions } from "./open.ts";

/** A new folder with the path of a journal that does not exist yet; both go in the end. */
export async function journalFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  return {
    path: `${folder}/journal.db`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Options with nothing special about them. */
export function journalOptions(
  path: string,
  more: Partial<SqliteJournalOptions> = {},
): SqliteJournalOptions {
  return {
    path,
    synchronous: "normal",
    partitions: PARTITIONS,
    clock: new ManualClock(),
    // No test pulls the plug, and waiting for the disk is most of what an open costs.
    pragmas: ["synchronous = OFF"],
    ...more,
  };
}

/** Opens a journal in a new file. */
export async function openSubject(): Promise<Subject> {
  const folder = await journalFolder();
  return await openAt(folder.path, new ManualClock(), () => folder[Symbol.asyncDispose]());
}

async function openAt(
  path: string,
  clock: ManualClock,
  removed: () => PromiseLike<void>,
): Promise<Subject> {
  const journal = await openSqliteJournal(journalOptions(path, { clock }));
  const closed = async () => {
    await journal.close();
    await removed();
  };
  return {
    journal,
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
    reopen: async () => {
      await journal.close();
      return await openAt(path, clock, () => Promise.resolve());
    },
    [Symbol.asyncDispose]: closed,
  };
}
