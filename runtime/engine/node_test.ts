import assert from "node:assert/strict";
import { isRejection, type Json } from "../../actors/behavior.ts";
import { verifyChain } from "../journal/hash_chain.ts";
import { nodeFolder } from "./ledger_node.ts";
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
