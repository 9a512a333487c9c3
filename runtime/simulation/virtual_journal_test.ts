import { testJournal } from "../journal/contract.ts";
import { PARTITIONS, type Subject } from "../journal/contract/subject.ts";
import { EPOCH_MS } from "./virtual_clock.ts";
import { VirtualJournal } from "./virtual_journal.ts";
import type { Tables } from "./journal_tables.ts";

/** Opens a journal whose time passes only when a clause says so. */
function open(time = { now: EPOCH_MS }, tables?: Tables): Promise<Subject> {
  const options = { partitions: PARTITIONS, now: () => time.now, ...(tables && { tables }) };
  const journal = new VirtualJournal(options);
  return Promise.resolve({
    journal: journal.port,
    now: () => time.now,
    pass: (ms) => {
      time.now += Math.ceil(ms);
      return Promise.resolve();
    },
    reopen: () => open(time, journal.tables),
    [Symbol.asyncDispose]: () => journal.port.close(),
  });
}

testJournal("Virtual journal", () => open(), { many_nodes: true });
