/**
 * Test support: what every journal does, whatever it is stored in. Each adapter's tests run it.
 *
 * A clause is a sentence. A journal that lacks an optional power says so with a reason, which stands in
 * the name of the clauses that are passed over.
 *
 * @module
 */
import { AGENT_CLAUSES } from "./contract/agents.ts";
import { COMMIT_CLAUSES } from "./contract/commits.ts";
import { DEAD_LETTER_CLAUSES } from "./contract/dead_letters.ts";
import { EVENT_CLAUSES } from "./contract/events.ts";
import { LEASE_CLAUSES } from "./contract/leases.ts";
import { LIST_CLAUSES } from "./contract/lists.ts";
import { MAILBOX_CLAUSES } from "./contract/mailbox.ts";
import { NODE_CLAUSES } from "./contract/nodes.ts";
import { OUTBOX_CLAUSES } from "./contract/outbox.ts";
import { PURGE_CLAUSES } from "./contract/purge.ts";
import { QUESTION_CLAUSES } from "./contract/questions.ts";
import { REFUSAL_CLAUSES } from "./contract/refusals.ts";
import { testSequences } from "./contract/sequences.ts";
import type { Clauses, OpenSubject, Powers } from "./contract/subject.ts";
import { TENANT_CLAUSES } from "./contract/tenants.ts";
import { TIMER_CLAUSES } from "./contract/timers.ts";

const SUITE: readonly Clauses[] = [
  COMMIT_CLAUSES,
  QUESTION_CLAUSES,
  EVENT_CLAUSES,
  MAILBOX_CLAUSES,
  REFUSAL_CLAUSES,
  TIMER_CLAUSES,
  LIST_CLAUSES,
  DEAD_LETTER_CLAUSES,
  AGENT_CLAUSES,
  LEASE_CLAUSES,
  NODE_CLAUSES,
  OUTBOX_CLAUSES,
  PURGE_CLAUSES,
  TENANT_CLAUSES,
];

/**
 * Registers the suite for one adapter.
 *
 * @param name the adapter's, with which the tests' names begin
 * @param open opens a new, empty store
 * @param can what this adapter can do, and why it cannot do the rest
 */
export function testJournal(name: string, open: OpenSubject, can: Powers): void {
  for (const [sentence, clause] of SUITE.flatMap((clauses) => Object.entries(clauses))) {
    const { needs, holds } = typeof clause === "function" ? { holds: clause } : clause;
    const power = needs === undefined ? true : can[needs];
    const reason = power === true ? "" : ` (passed over: ${power.no})`;
    Deno.test({
      name: `${name}: ${sentence}${reason}`,
      ignore: power !== true,
      fn: async () => {
        await using subject = await open();
        await holds(subject);
      },
    });
  }
  testSequences(name, open);
}
