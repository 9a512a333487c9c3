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
  "announce() reaches whoever owns the partition, and nobody else": async (subject) => {
    const { mailboxes } = subject;
    const heard: Record<string, string[]> = { one: [], two: [], three: [] };
    mailboxes.subscribe(({ address }) => heard["one"]!.push(address.id)).own([1, 2]);
    mailboxes.subscribe(({ address }) => heard["two"]!.push(address.id)).own([3]);
    mailboxes.subscribe(({ address }) => heard["three"]!.push(address.id));
    await subject.settle();
    mailboxes.announce([notice(1, "a"), notice(3, "b"), notice(7, "nobody"), notice(2, "c")]);
    mailboxes.announce([]);
    await subject.settle();
    assert.deepEqual({ ...heard, one: heard["one"]!.sort() }, {
      one: ["a", "c"],
      two: ["b"],
      three: [],
    });
  },

  "announce() keeps the order within a partition": async (subject) => {
    const heard: string[] = [];
    subject.mailboxes.subscribe(({ address }) => heard.push(address.id)).own([1]);
    await subject.settle();
    for (const id of ["a", "b", "c"]) subject.mailboxes.announce([notice(1, id)]);
    await subject.settle();
    assert.deepEqual(heard, ["a", "b", "c"]);
  },

  "subscribe() gives the whole notice": async (subject) => {
    const heard: Notice[] = [];
    const waited = { ...notice(1, "b"), waiting: { node: "node_2", command_id: "cmd_1" } };
    subject.mailboxes.subscribe((notice) => heard.push(notice)).own([1]);
    await subject.settle();
    subject.mailboxes.announce([notice(1, "a"), waited]);
    await subject.settle();
    assert.deepEqual(heard, [notice(1, "a"), waited]);
  },

  "own() takes the place of what was owned before": async (subject) => {
    const { mailboxes } = subject;
    const heard: string[] = [];
    const first = mailboxes.subscribe(({ address }) => heard.push(`first ${address.id}`));
    const second = mailboxes.subscribe(({ address }) => heard.push(`second ${address.id}`));
    first.own([1, 2]);
    await subject.settle();
    first.own([2]);
    second.own([1]);
    await subject.settle();
    mailboxes.announce([notice(1, "a"), notice(2, "b")]);
    await subject.settle();
    assert.deepEqual(heard.sort(), ["first b", "second a"]);
  },

  "subscribe() ends when it is told, and another one's goes on": async (subject) => {
    const { mailboxes } = subject;
    const heard: string[] = [];
    const old = mailboxes.subscribe(({ address }) => heard.push(`old ${address.id}`));
    old.own([1, 2]);
    old.end();
    mailboxes.subscribe(({ address }) => heard.push(`new ${address.id}`)).own([1]);
    // Late, and once more: what the partition's new owner subscribed stays.
    old.end();
    await subject.settle();
    mailboxes.announce([notice(1, "a"), notice(2, "b")]);
    await subject.settle();
    assert.deepEqual(heard, ["new a"]);
  },
};
