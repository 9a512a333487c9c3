/**
 * Test support: what all live streams and mailbox notices do, whatever carries them. Each adapter's
 * tests run all suites.
 *
 * @module
 */
import { ANSWER_CLAUSES, type OpenAnswers } from "./contract/answers.ts";
import { LIVE_CLAUSES, type OpenLive } from "./contract/live_events.ts";
import { MAILBOX_CLAUSES, type OpenMailboxes } from "./contract/mailboxes.ts";

/** Registers the suite of live events for one adapter. */
export function testLiveEvents(name: string, open: OpenLive): void {
  for (const [sentence, holds] of Object.entries(LIVE_CLAUSES)) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await open();
      await holds(subject);
    });
  }
}

/** Registers the suite of notices for one adapter. */
export function testMailboxes(name: string, open: OpenMailboxes): void {
  for (const [sentence, holds] of Object.entries(MAILBOX_CLAUSES)) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await open();
      await holds(subject);
    });
  }
}

/** Registers the suite of answers for one adapter. */
export function testAnswers(name: string, open: OpenAnswers): void {
  for (const [sentence, holds] of Object.entries(ANSWER_CLAUSES)) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await open();
      await holds(subject);
    });
  }
}
