import assert from "node:assert/strict";
import type { Json } from "../behavior.ts";
import { sessionEventSchema } from "./events.ts";
import { parseEvent, UnknownEvent } from "./upcast.ts";

/**
 * One event of each type and version, as it lies in journals. Samples are never changed: a new
 * version gets new ones beside them.
 */
const SAMPLES: Readonly<Record<string, string>> = {
  "session.created/1":
    `{"agent":{"name":"assistant","version":2,"spec":{"system":"Be kind","model":"openai/gpt-9","fallbacks":["demo"],"skills":["*"],"max_steps":32,"max_output_tokens":4096,"context_tokens":64000,"temperature":0.5,"budgets":{"turn":{"tokens":1000,"wall_ms":60000},"session":{"cost_usd":1.5,"steps":9}},"risk_threshold":3,"on_busy":"queue"}},"metadata":{"team":"a","tags":[1,null]}}`,
  "session.spawned/1":
    `{"agent":{"name":"writer","version":3,"spec":{"system":"","fallbacks":[],"skills":["*"],"max_steps":32,"max_output_tokens":4096,"context_tokens":64000,"budgets":{"turn":{},"session":{}},"on_busy":"queue"}},"metadata":{"parent":"ses_1","depth":1},"parent":{"id":"ses_1","call_id":"call_1_0","depth":1}}`,
  "session.forked/1":
    `{"from":{"id":"ses_1","seq":4,"hash":"ab12"},"metadata":{},"state":{"id":"ses_1","phase":"open","turn":null,"queue":[]}}`,
  "session.closed/1": `{"reason":null}`,
  "message.received/1": `{"message_id":"msg_1","content":"Hello","disposition":"start"}`,
  "turn.started/1": `{"turn":1,"message_ids":["msg_1"]}`,
  "turn.completed/1":
    `{"turn":1,"call_id":"llm_3","usage":{"input_tokens":10,"output_tokens":5,"cost_usd":0.25}}`,
  "turn.failed/1":
    `{"turn":1,"error":{"code":"budget_exceeded","message":"The turn's budget of 1 steps is used up (1)"},"open_approvals":["apr_ses_1_6"]}`,
  "turn.cancelled/1": `{"turn":1,"reason":"enough","open_approvals":[]}`,
  "llm.completed/1":
    `{"turn":1,"call_id":"llm_3","text":"","calls":[{"call_id":"call_1_0","skill":"clock","input":{"zone":"UTC"}}],"provider":"demo","model":"demo-1","finish_reason":"tool_calls","usage":{"input_tokens":10,"output_tokens":5,"cost_usd":0},"attempts":2}`,
  "llm.failed/1":
    `{"turn":1,"call_id":"llm_3","error":{"code":"model_failed","message":"No provider answered"},"attempts":0}`,
  "skill.requested/1":
    `{"turn":1,"call_id":"call_1_0","skill":"clock","input":{},"risk":0,"idempotent":true}`,
  "approval.requested/1":
    `{"approval_id":"apr_ses_1_6","call_id":"call_1_0","skill":"send_mail","input":{"to":"bob"},"risk":3}`,
  "approval.decided/1":
    `{"approval_id":"apr_ses_1_6","call_id":"call_1_0","decision":"approve","reason":null,"input":{"to":"eve"},"edited":true,"by":"ada"}`,
  "skill.started/1":
    `{"call_id":"call_1_0","input":{"to":"eve"},"key":"session/ses_1:8","attempt":1}`,
  "skill.completed/1":
    `{"call_id":"call_1_0","output":{"sent":true},"shown_chars":16384,"via":"run","ms":7.25}`,
  "skill.failed/1":
    `{"call_id":"call_1_0","error":{"code":"skill_timeout","message":"Took longer than 30000 ms"},"ms":30000}`,
  "child.spawned/1":
    `{"call_id":"call_1_0","child_id":"ses_1~7","agent":"writer","agent_version":3,"depth":1}`,
  "child.replied/1":
    `{"call_id":"call_1_0","child_id":"ses_1~7","outcome":"completed","usage":{"input_tokens":10,"output_tokens":5,"cost_usd":0.25}}`,
  "skill.interrupted/1":
    `{"call_id":"call_1_0","approval_id":"apr_ses_1_9","skill":"send_mail","input":{"to":"eve"},"risk":3}`,
  "context.compacted/1":
    `{"call_id":"compact_9","summary":"They met","removed":3,"pinned":["msg_2"],"usage":{"input_tokens":10,"output_tokens":5,"cost_usd":0.25},"degraded":{"code":"model_failed","message":"No provider answered"}}`,
  "memory.recalled/1":
    `{"turn":1,"call_id":"recall_3","items":[{"id":"mem_1","kind":"preference","text":"Tea at five","at":1700000000000,"score":0.5}],"mode":"hybrid","unavailable":null}`,
  "memory.noted/1":
    `{"call_id":"call_1_0","source":"skill","owner":"assistant","items":[{"id":"mem_1","kind":"fact","text":"Ada lives in Bern"}],"usage":{"input_tokens":0,"output_tokens":0,"cost_usd":0},"error":null}`,
  "memory.forgetting/1": `{"ids":["mem_1"],"owner":null,"by":"ada"}`,
  "memory.written/1":
    `{"of":9,"outcomes":[{"id":"mem_1","outcome":"merged","into":"mem_0"}],"forgotten":0,"refused":null}`,
  "memory.deferred/1":
    `{"of":9,"until":1700000015000,"error":{"code":"memory_unavailable","message":"Memory is away"}}`,
  "memory.resumed/1": `{"of":9}`,
  "budget.exceeded/1": `{"turn":1,"scope":"session","budget":"cost_usd","limit":1.5,"used":1.75}`,
};

Deno.test("parseEvent() reads an event of every version ever written", () => {
  for (const [name, text] of Object.entries(SAMPLES)) {
    const [type, v] = name.split("/");
    const payload = JSON.parse(text) as Json;
    const event = parseEvent(type!, Number(v), payload);
    assert.equal(event.type, type);
    assert.deepEqual(event.payload, payload, `${name} is read whole`);
  }
});

Deno.test("parseEvent() is tested with a sample of every event of the present", () => {
  const present = sessionEventSchema.options.map(({ shape }) =>
    `${shape.type.value}/${shape.v.value}`
  );
  assert.deepEqual(present.filter((name) => !(name in SAMPLES)), []);
});

Deno.test("parseEvent() takes an old event through every step to the present", () => {
  const closed = parseEvent("session.closed", -1, "bye", {
    "session.closed/-1": (payload) => ({ why: payload }),
    "session.closed/0": (payload) => ({ reason: (payload as { why: Json }).why }),
  });
  assert.deepEqual(closed, { type: "session.closed", v: 1, payload: { reason: "bye" } });
});

Deno.test("parseEvent() throws, naming type, version and fault, when it does not know an event", () => {
  assert.throws(() => parseEvent("session.renamed", 1, {}), {
    name: "UnknownEvent",
    message: /^Event session\.renamed of version 1 cannot be read: type /,
  });
  assert.throws(() => parseEvent("session.closed", 2, { reason: null }), {
    name: "UnknownEvent",
    message: /^Event session\.closed of version 2 cannot be read: v /,
  });
  assert.throws(
    () => parseEvent("session.closed", 1, { reason: 5 }),
    (error) => error instanceof UnknownEvent && error.message.includes("payload.reason"),
  );
});
