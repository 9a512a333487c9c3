/**
 * A journal in memory on a clock that is given: simple, whole, and observed. It does what the others
 * do (its test runs the suite of all journals) and tells of every commit and lease what was in force.
 *
 * @module
 */
import { createNodesInMemory } from "../journal/nodes_in_memory.ts";
import type { ActorCommit, CommitOutcome, Journal } from "../journal/port.ts";
import { Tables } from "./journal_tables.ts";
import { outcomeOf, unfencedOutcomeOf, writePart } from "./virtual_journal_commit.ts";
import {
  createAgents,
  createDeadLetters,
  createDirectory,
  createEventLog,
} from "./virtual_journal_lists.ts";
import { purge } from "./virtual_journal_purge.ts";
import { createLeases, createMailbox, createOutbox, createTimers } from "./virtual_journal_rows.ts";

/** A part of a commit as it ended. */
export interface CommitRecord {
  readonly part: ActorCommit;
  readonly outcome: CommitOutcome;
  /** When, by the journal's clock. */
  readonly at: number;
  /** The epoch of the partition at that moment. */
  readonly epoch: number;
}

/** What a virtual journal is made of. */
export interface VirtualJournalOptions {
  readonly partitions: number;
  /** Its clock: whole milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether it forgets to compare epochs: a broken journal, to see whether that is noticed. */
  readonly unfenced?: boolean;
  /** An existing store, to open it again. */
  readonly tables?: Tables;
}

/** A journal in memory. */
export class VirtualJournal {
  readonly tables: Tables;
  readonly port: Journal;
  /** Every part that was ever tried, in order. */
  readonly commits: CommitRecord[] = [];
  readonly #options: VirtualJournalOptions;

  constructor(options: VirtualJournalOptions) {
    const { now } = options;
    const tables = options.tables ?? new Tables(options.partitions);
    this.#options = options;
    this.tables = tables;
    this.port = {
      id: tables.id,
      ...createEventLog(tables),
      ...createMailbox(tables, now),
      ...createLeases(tables, now),
      ...createTimers(tables, now),
      ...createOutbox(tables),
      ...createDirectory(tables),
      ...createDeadLetters(tables, now),
      ...createAgents(tables, now),
      ...createNodesInMemory(now, tables.nodes),
      commit: async (batch) => batch.map((part) => this.#commit(part)),
      check: async () => {},
      figures: async () => ({
        mailbox_depth: count(tables.mailbox, ({ mark }) => mark === null),
        questions_pending: count(tables.questions, ({ status }) => status === "pending"),
        dead_letters: count(tables.letters, ({ status }) => status === "open"),
        mailbox_waits_ms: longestWait(tables, now()),
        // Nobody takes backups here.
        backup_taken_at: null,
      }),
      purge: async (before, limit) => purge(tables, before, limit),
      close: async () => {},
    };
  }

  #commit(part: ActorCommit): CommitOutcome {
    const { now, unfenced = false } = this.#options;
    const outcome = unfenced ? unfencedOutcomeOf(this.tables, part) : outcomeOf(this.tables, part);
    if (outcome === "committed") writePart(this.tables, part);
    const epoch = this.tables.partitions[part.partition]?.epoch ?? -1;
    this.commits.push({ part, outcome, at: now(), epoch });
    return outcome;
  }
}

function longestWait({ mailbox }: Tables, now: number): number {
  const waiting = [...mailbox.values()].filter(({ mark }) => mark === null);
  return Math.max(0, ...waiting.map(({ accepted_at }) => now - accepted_at));
}

function count<Row>(table: ReadonlyMap<string, Row>, counts: (row: Row) => boolean): number {
  return table.values().filter(counts).reduce((sum) => sum + 1, 0);
}
