import assert from "node:assert/strict";
import { isRejection, type Json } from "../../actors/behavior.ts";
import { verifyChain } from "../journal/hash_chain.ts";
import { ManualClock } from "../manual_clock.ts";
import { ledger, type LedgerCommand } from "./ledger_actor.ts";
import { Jobs, nodeFolder, startLedgerNode } from "./ledger_node.ts";
import {
  countingSkill,
  scriptedModel,
  sessionAddress,
  startTestNode,
  TEST_AGENT,
  untilStatus,
} from "./test_node.ts";
import type { Answer } from "./port.ts";

const CREATE = { type: "session.create", agent: TEST_AGENT, metadata: {} };

function say(content: string, on_busy: string | null = null) {
  return { type: "message.send", message_id: `msg_${content}`, content, on_busy };
}

function replyOf(answer: Answer): Json {
  assert.ok(!isRejection(answer), `Refused: ${JSON.stringify(answer)}`);
  return answer.reply;
}

Deno.test("Node carries a turn with a skill call through and journals each step once", async () => {
  await using folder = await nodeFolder();
  const runs: string[] = [];
  await using test = await startTestNode({
    ...folder,
    handlers: {
      model: scriptedModel([{ text: "let me see", calls: [{ skill: "look", input: {} }] }, {
        text: "seen",
      }]),
      skill: countingSkill(runs),
    },
  });
  const address = sessionAddress("ses_1");
  replyOf(await test.node.submit(address, CREATE));
  replyOf(await test.node.submit(address, say("hi")));
  await untilStatus(test.journal, "ses_1", "idle");
  const events = await test.journal.readEvents(address, 0, 100);
  assert.deepEqual(events.map((event) => event.type), [
    "session.created",
    "message.received",
    "turn.started",
    "llm.completed",
    "skill.requested",
    "skill.started",
    "skill.completed",
    "llm.completed",
    "turn.completed",
  ]);
  assert.deepEqual(runs, ["session/ses_1:5"]);
  assert.ok(verifyChain(address, events).ok);
});

Deno.test("Node gives a repeated command the first answer and changes nothing", async () => {
  await using folder = await nodeFolder();
  await using test = await startTestNode({ ...folder });
  const address = sessionAddress("ses_1");
  const create = () => test.node.submit(address, CREATE, { id: "key_1", digest: "d" });
  const first = await create();
  assert.deepEqual(await create(), { ...first, repeated: true });
  const send = () => test.node.submit(address, say("hi"), { id: "key_2", digest: "e" });
  const [one, two] = await Promise.all([send(), send()]);
  assert.deepEqual(
    [one, two].map((answer) => isRejection(answer) ? null : answer.repeated).sort(),
    [false, true],
  );
  const other = await test.node.submit(address, say("else"), { id: "key_2", digest: "f" });
  assert.ok(isRejection(other) && other.reject.code === "idempotency_key_reused");
  await untilStatus(test.journal, "ses_1", "idle");
  const received = (await test.journal.readEvents(address, 0, 100)).filter((event) =>
    event.type === "message.received"
  );
  assert.equal(received.length, 1);
});

const BEGIN: LedgerCommand = { type: "begin", job: "j", policy: "retry" };
const CANCEL: LedgerCommand = { type: "cancel", job: "j" };
const KEY = { id: "key", digest: "d" };

/** A node whose jobs take longer than any test. */
function startWithLongJobs(path: string) {
  const clock = new ManualClock();
  return startLedgerNode({ path, clock, jobs: new Jobs(clock, 600_000) });
}

/** Posts a cancellation, always under one id, and gives its answer. */
async function postCancel(
  test: Awaited<ReturnType<typeof startWithLongJobs>>,
  id: string,
  request_id: string | null,
): Promise<Answer> {
  const command = { address: ledger(id), command: CANCEL, ...KEY, sender: "test", request_id };
  const [answer] = await test.during(test.node.post([command]));
  return await test.during(answer!);
}

Deno.test("Node takes a command that was refused again under its id, posted or straight from its sender", async () => {
  await using folder = await nodeFolder();
  await using test = await startWithLongJobs(folder.path);
  const post = (id: string) => postCancel(test, id, null);
  const submit = (id: string) => test.send(id, CANCEL, KEY);
  for (const [i, [first, second]] of [[post, submit], [submit, post], [post, post]].entries()) {
    const id = `ledger_${i}`;
    assert.ok(isRejection(await first!(id)));
    replyOf(await test.send(id, BEGIN));
    const taken = await second!(id);
    assert.ok(!isRejection(taken) && !taken.repeated);
    // By now it was not refused.
    for (const repeat of [post, submit]) {
      assert.deepEqual(await repeat(id), { ...taken, repeated: true });
    }
    const events = await test.journal.readEvents(ledger(id), 0, 10);
    assert.equal(events.filter(({ cause }) => cause === KEY.id).length, 1);
  }
});

Deno.test("Node refuses a command for good to the request that brought it", async () => {
  await using folder = await nodeFolder();
  await using test = await startWithLongJobs(folder.path);
  const refusal = await postCancel(test, "a", "r1");
  assert.ok(isRejection(refusal));
  replyOf(await test.send("a", BEGIN));
  assert.deepEqual(await postCancel(test, "a", "r1"), refusal);
  assert.equal((await test.journal.find(ledger("a")))?.seq, 1);
  assert.ok(!isRejection(await postCancel(test, "a", "r2")));
});

Deno.test("Node refuses a command again under its id as long as its actor does, each time anew", async () => {
  await using folder = await nodeFolder();
  await using test = await startWithLongJobs(folder.path);
  for (let i = 0; i < 3; i++) {
    assert.ok(isRejection(await postCancel(test, "a", null)));
    assert.equal((await test.journal.handled(ledger("a"), KEY.id))?.refused, true);
  }
  assert.equal(await test.journal.find(ledger("a")), null);
});
