import { testJournal } from "../contract.ts";
import { openSubject } from "./test_journal.ts";

testJournal("SQLite journal", openSubject, {
  many_nodes: { no: "the file belongs to one process, and a lease lasts as long as that" },
});
