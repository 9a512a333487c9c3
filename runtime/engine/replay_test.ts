import assert from "node:assert/strict";
import type { Effect, Json } from "../../actors/behavior.ts";
import { session } from "../../actors/session/behavior.ts";
import { initialState, type SessionState } from "../../actors/session/state.ts";
import { nodeFolder } from "./ledger_node.ts";
import {
  countingSkill,
  echoModel,
  scriptedModel,
  SESSION_LIMITS,
  sessionAddress,
  startTestNode,
  TEST_AGENT,
  untilStatus,
} from "./test_node.ts";

/** Members in another order than the canonical one, and one that schemas drop. */
const INPUT: Json = JSON.parse('{"z":1,"a":{"y":2,"b":3},"__proto__":{"path":"/etc"}}');

/** Too long to be shown whole: which part the model sees depends on the order of the members. */
const OUTPUT = { zebra: "Z".repeat(SESSION_LIMITS.skill_output_model_chars), answer: 42 };

const complete = ({ input }: Effect) =>
  Promise.resolve({
    type: "skill.complete",
    call_id: (input as { call_id: string }).call_id,
    output: OUTPUT,
    via: "run",
    ms: 1,
  });

Deno.test("Node's live state is what a replay gives, in the order of members too", async () => {
  await using folder = await nodeFolder();
  await using test = await startTestNode({
    ...folder,
    limits: { snapshot_events: 1 },
    handlers: {
      model: scriptedModel([{ text: "", calls: [{ skill: "s", input: INPUT }] }]),
      skill: { ...countingSkill([]), run: complete },
      compact: echoModel(),
    },
  });
  const address = sessionAddress("s");
  // As callers may write it, member by member.
  const { spec, ...agent } = TEST_AGENT;
  const create = {
    type: "session.create",
    metadata: { b: { d: 1, c: 2 }, a: 1 },
    agent: { spec, ...agent },
  };
  await test.node.submit(address, create);
  const send = { type: "message.send", message_id: "m1", content: "hi", on_busy: null };
  await test.node.submit(address, send);
  await untilStatus(test.journal, "s", "idle");
  const live = (await test.journal.load(address))?.snapshot;
  const events = await test.journal.readEvents(address, 0, 100);
  const replayed = events.reduce(
    (state, { type, v, payload, at, seq }) =>
      session.evolve(state, session.parseEvent(type, v, payload), at, seq),
    initialState("s"),
  );
  assert.equal(live?.seq, events.at(-1)?.seq);
  assert.equal(JSON.stringify(live?.state), JSON.stringify(replayed));
  const shown = (live?.state as unknown as SessionState).transcript.flatMap((item) =>
    item.role === "tool" ? [item.content.slice(0, 14)] : []
  );
  assert.deepEqual(shown, ['{"answer":42,"']);
  assert.ok(!JSON.stringify(events).includes("/etc"));
});
