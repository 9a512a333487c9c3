/**
 * Clauses on notices that a command was accepted.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Mailboxes, Notice } from "../port.ts";

/** Notices under test. */
export interface MailboxSubject extends AsyncDisposable {
  readonly mailboxes: Mailboxes;
  /** Resolves when everything announced so far has arrived. */
  settle(): Promise<void>;
}

/** Opens them. */
export type OpenMailboxes = () => Promise<MailboxSubject>;

const notice = (partition: number, id: string): Notice => ({
  partition,
  address: { tenant: "acme", type: "session", id },
});

/** On notices. */
export const MAILBOX_CLAUSES: Readonly<
  Record<string, (subject: MailboxSubject) => Promise<void>>
> = {
  "announce() reaches whoever subscribed to the partition, and nobody else": async (subject) => {
    const { mailboxes } = subject;
    const heard: Record<string, string[]> = { one: [], two: [] };
    mailboxes.subscribe([1, 2], ({ address }) => heard["one"]!.push(address.id));
    mailboxes.subscribe([3], ({ address }) => heard["two"]!.push(address.id));
    mailboxes.announce([notice(1, "a"), notice(3, "b"), notice(7, "nobody"), notice(2, "c")]);
    mailboxes.announce([]);
    await subject.settle();
    assert.deepEqual(heard, { one: ["a", "c"], two: ["b"] });
  },

  "subscribe() gives the whole address": async (subject) => {
    const heard: Notice[] = [];
    subject.mailboxes.subscribe([1], (notice) => heard.push(notice));
    subject.mailboxes.announce([notice(1, "a")]);
    await subject.settle();
    assert.deepEqual(heard, [notice(1, "a")]);
  },

  "subscribe() ends when its function is called, and another one's goes on": async (subject) => {
    const { mailboxes } = subject;
    const heard: string[] = [];
    const end = mailboxes.subscribe([1, 2], ({ address }) => heard.push(`old ${address.id}`));
    end();
    mailboxes.subscribe([1], ({ address }) => heard.push(`new ${address.id}`));
    // Late, and once more: what the partition's new owner subscribed stays.
    end();
    mailboxes.announce([notice(1, "a"), notice(2, "b")]);
    await subject.settle();
    assert.deepEqual(heard, ["new a"]);
  },
};
