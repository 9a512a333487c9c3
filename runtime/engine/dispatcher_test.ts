import assert from "node:assert/strict";
import { systemEntropy } from "../entropy.ts";
import { type ErrorCode, SynapseError } from "../errors.ts";
import { Dispatcher } from "./dispatcher.ts";
import { LEDGER, ledger } from "./ledger_actor.ts";
import type { PostedCommand } from "./port.ts";
import type { DirectCommand, Residents } from "./residents.ts";

const HERE = { reply: "here", repeated: false };
const THERE = { reply: "there", repeated: false };

function setUp() {
  const world = { here: true, others: true, fails: null as ErrorCode | null };
  const direct: DirectCommand[] = [];
  const posted: PostedCommand[] = [];
  const dispatcher = new Dispatcher({
    residents: {
      submit: (_, command) => {
        direct.push(command);
        if (world.fails) return Promise.reject(new SynapseError(world.fails, "Not done"));
        return Promise.resolve(HERE);
      },
      activations: {
        typeOf: ({ type }) => {
          if (type !== "ledger") throw new SynapseError("invalid_request", "Unknown type");
          return { behavior: LEDGER, limits: null, outgoing: false };
        },
      } as Residents["activations"],
    },
    courier: {
      post: (command) => {
        posted.push(command);
        return Promise.resolve({ answer: Promise.resolve(THERE) });
      },
    },
    entropy: systemEntropy,
    commands_max: 2,
    isHere: () => world.here,
    others: () => world.others,
    refuse: () => {},
  });
  return { world, direct, posted, dispatcher };
}

Deno.test("Dispatcher hands a command to an actor that is here, and stores nothing first", async () => {
  const { dispatcher, posted, direct } = setUp();
  assert.deepEqual(await dispatcher.submit(ledger("a"), { type: "x" }, {}), HERE);
  assert.deepEqual(posted, []);
  assert.equal(direct[0]?.digest, null, "without an id it cannot be repeated");
});

Deno.test("Dispatcher posts a command to an actor that is elsewhere, as it will be journaled", async () => {
  const { dispatcher, posted, world } = setUp();
  world.here = false;
  const how = { id: "c1", digest: "d", sender: "somebody" };
  assert.deepEqual(await dispatcher.submit(ledger("a"), { b: -0, a: undefined }, how), THERE);
  const post = { ...how, address: ledger("a"), command: { b: 0 }, request_id: null };
  assert.deepEqual(posted, [post]);
});

Deno.test("Dispatcher posts under the same id what the actor left behind when it moved", async () => {
  const { dispatcher, posted, direct, world } = setUp();
  for (const code of ["fenced", "draining"] as const) {
    world.fails = code;
    assert.deepEqual(await dispatcher.submit(ledger("a"), {}, {}), THERE);
    assert.equal(posted.at(-1)?.id, direct.at(-1)?.id);
  }
});

Deno.test("Dispatcher posts nothing that may have been done, or that nobody else could do", async () => {
  const { dispatcher, posted, world } = setUp();
  world.fails = "journal_unavailable";
  const unavailable = (error: SynapseError) => error.code === "journal_unavailable";
  await assert.rejects(dispatcher.submit(ledger("a"), {}, {}), unavailable);
  world.fails = "draining";
  world.others = false;
  const draining = (error: SynapseError) => error.code === "draining";
  await assert.rejects(dispatcher.submit(ledger("a"), {}, {}), draining);
  world.here = false;
  const unknown = { tenant: "t", type: "stone", id: "a" };
  await assert.rejects(dispatcher.submit(unknown, {}, {}), /Unknown type/);
  assert.deepEqual(posted, []);
});

Deno.test("Dispatcher.post() takes no more than may be under way", async () => {
  const { dispatcher, posted } = setUp();
  const command = {
    address: ledger("a"),
    command: null,
    id: "c",
    digest: "",
    sender: "s",
    request_id: null,
  };
  const answers = await dispatcher.post([command, command]);
  assert.deepEqual(await Promise.all(answers), [THERE, THERE]);
  const full = (error: SynapseError) => error.code === "mailbox_full";
  await assert.rejects(dispatcher.post([command, command, command]), full);
  assert.equal(posted.length, 2);
});
