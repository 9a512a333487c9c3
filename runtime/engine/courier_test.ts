import assert from "node:assert/strict";
import type { Address } from "../../actors/behavior.ts";
import { ManualClock } from "../manual_clock.ts";
import { LocalAnswers, LocalMailboxes } from "../streams/local.ts";
import { Courier } from "./courier.ts";
import { ledger } from "./ledger_actor.ts";

const DONE = { reply: "done", repeated: false };

/** Couriers of two nodes over the same streams: of each actor, the first character is its partition. */
function setUp() {
  const clock = new ManualClock();
  const mailboxes = new LocalMailboxes();
  const answers = new LocalAnswers();
  const stopped = new AbortController();
  const courier = (node: string, owned: readonly number[]) => {
    const fed: Address[] = [];
    const partitionOf = ({ id }: Address) => Number(id[0]);
    const one = new Courier({
      store: {
        accept: (rows) => Promise.resolve(rows.map(() => "accepted")),
        handled: () => Promise.resolve(null),
      },
      streams: { mailboxes, answers, carries: () => true },
      leases: { worksOn: (partition) => owned.includes(partition) },
      clock,
      node,
      actor_max: 10,
      partitionOf,
      feed: (address) => fed.push(address),
      stopped: stopped.signal,
    });
    const end = one.listen();
    one.own(owned);
    return { one, fed, end };
  };
  return { clock, first: courier("n1", [1]), second: courier("n2", [2]) };
}

const posted = (id: string, address: Address) => ({
  address,
  command: null,
  id,
  digest: "",
  sender: "test",
  request_id: null,
});

Deno.test("Courier feeds the actor where it is, and brings the answer back", async () => {
  const { first, second } = setUp();
  const { answer } = await first.one.post(posted("c1", ledger("2a")));
  assert.deepEqual(second.fed, [ledger("2a")]);
  assert.deepEqual(first.fed, []);
  second.one.answered(ledger("2a"), "c1", DONE);
  assert.deepEqual(await answer, DONE);
});

Deno.test("Courier does without the streams when the actor is on its own node", async () => {
  const { first } = setUp();
  first.end();
  const { answer } = await first.one.post(posted("c1", ledger("1a")));
  assert.deepEqual(first.fed, [ledger("1a")]);
  first.one.answered(ledger("1a"), "c1", DONE);
  assert.deepEqual(await answer, DONE);
});

Deno.test("Courier tells nobody of answers for which nobody waits, and each only once", async () => {
  const { first, second } = setUp();
  const { answer } = await first.one.post(posted("c1", ledger("2a")));
  second.one.answered(ledger("2a"), "c0", { reply: "another's", repeated: false });
  second.one.answered(ledger("2a"), "c1", DONE);
  second.one.answered(ledger("2a"), "c1", { reply: "again", repeated: false });
  assert.deepEqual(await answer, DONE);
});

Deno.test("Courier.announce() leaves out what belongs to nobody who listens", () => {
  const { first, second } = setUp();
  first.one.announce([{ partition: 7, address: ledger("7a") }]);
  second.end();
  first.one.announce([{ partition: 2, address: ledger("2a") }]);
  assert.deepEqual([first.fed, second.fed], [[], []]);
});
