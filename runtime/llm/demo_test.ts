import assert from "node:assert/strict";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import { systemClock } from "../clock.ts";
import { ManualClock } from "../manual_clock.ts";
import { type ProviderScene, testModelProvider } from "./contract.ts";
import { createDemo } from "./demo.ts";
import { ModelError, type ProviderAnswer } from "./port.ts";

interface Heard {
  readonly answer: Promise<ProviderAnswer>;
  readonly deltas: string[];
  readonly clock: ManualClock;
  readonly cancel: () => void;
}

function ask(
  messages: readonly ModelMessage[],
  { attempt = 1, max_output_tokens = 100 } = {},
): Heard {
  const clock = new ManualClock();
  const deltas: string[] = [];
  const controller = new AbortController();
  const answer = createDemo({ name: "demo", default_model: "demo", clock }).call(
    {
      model: "demo",
      system: "",
      messages,
      tools: [],
      max_output_tokens,
      temperature: null,
    },
    { signal: controller.signal, attempt, onDelta: (text) => void deltas.push(text) },
  );
  return { answer, deltas, clock, cancel: () => controller.abort() };
}

const user = (content: string): ModelMessage => ({ role: "user", content });

Deno.test("createDemo() echoes a plain message and says that it is a demo", async () => {
  const { answer, deltas } = ask([user("hello   there")]);
  const { text, finish_reason, output_tokens } = await answer;
  assert.equal(text, "Demo model (no real one is configured): you said: hello   there");
  assert.equal(deltas.join(""), text);
  assert.equal(finish_reason, "stop");
  assert.equal(output_tokens, deltas.length);
});

Deno.test("createDemo() calls skills first and reports their results next", async () => {
  const asked = user('/call calculator {"expression":"6*7"}\n/call clock\n/say done');
  const first = await ask([asked]).answer;
  assert.deepEqual(first.calls, [
    { skill: "calculator", input: { expression: "6*7" }, problem: null },
    { skill: "clock", input: {}, problem: null },
  ]);
  assert.equal(first.finish_reason, "tool_calls");
  assert.equal(first.text, "");

  const calls = first.calls.map(({ skill, input }, i) => ({ id: `c${i}`, skill, input }));
  const second = await ask([
    asked,
    { role: "assistant", text: "", calls },
    { role: "tool", call_id: "c0", content: '{"value":42}', failed: false },
    { role: "tool", call_id: "c1", content: "out of time", failed: true },
  ]).answer;
  assert.deepEqual(second.calls, []);
  assert.equal(
    second.text,
    'Demo model: calculator returned: {"value":42}\nclock failed: out of time\ndone',
  );
});

Deno.test("createDemo() listens only to the last user message", async () => {
  const { answer } = ask([user("/call clock"), {
    role: "assistant",
    text: "noon",
    calls: [],
  }, user("/say thanks")]);
  assert.deepEqual([(await answer).text, (await answer).calls], ["thanks", []]);
});

Deno.test("createDemo() makes /tokens so many deltas and cuts them at the output limit", async () => {
  const whole = ask([user("/tokens 5")]);
  assert.equal((await whole.answer).text, "1 2 3 4 5");
  assert.equal(whole.deltas.length, 5);
  const cut = ask([user("/tokens 5")], { max_output_tokens: 2 });
  assert.equal((await cut.answer).text, "1 2");
  assert.equal((await cut.answer).finish_reason, "length");
});

Deno.test("createDemo() waits before each delta when told to be slow", async () => {
  const { answer, deltas, clock } = ask([user("/tokens 3\n/slow 100")]);
  await clock.advance(250);
  assert.equal(deltas.length, 2);
  await clock.advance(50);
  assert.equal((await answer).text, "1 2 3");
});

Deno.test("createDemo() stops in the middle of a wait when cancelled", async () => {
  const { answer, deltas, clock, cancel } = ask([user("/tokens 3\n/slow 100")]);
  await clock.advance(100);
  cancel();
  await assert.rejects(answer, (e) => e instanceof ModelError && e.details.kind === "cancelled");
  assert.equal(deltas.length, 1);
  assert.equal(clock.sleeping, 0);
});

Deno.test("createDemo() fails the attempts that /fail asks for", async () => {
  const failing = ask([user("/fail 2\n/say at last")], { attempt: 2 }).answer;
  await assert.rejects(failing, (e) => {
    assert.ok(e instanceof ModelError);
    assert.deepEqual(e.details, { kind: "status", status: 503, retryable: true });
    return true;
  });
  const { text } = await ask([user("/fail 2\n/say at last")], { attempt: 3 }).answer;
  assert.equal(text, "at last");
});

Deno.test("createDemo() explains the directives when one is malformed", async () => {
  const { text, calls } = await ask([user("/call clock\n/tokens x")]).answer;
  assert.match(text, /\/tokens wants a whole number.*\n.*directives/);
  assert.deepEqual(calls, []);
});

testModelProvider("createDemo()", (scene) => ({
  provider: createDemo({ name: "demo", default_model: "demo", clock: systemClock }),
  cue: cueOf(scene),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}));

function cueOf(scene: ProviderScene): string {
  switch (scene.does) {
    case "say":
      return `/say ${scene.text}`;
    case "call":
      return scene.calls.map((call) => `/call ${call.skill} ${JSON.stringify(call.input)}`).join(
        "\n",
      );
    case "fail":
      return "/fail 1";
    case "linger":
      return "/tokens 100000";
    default:
      return scene satisfies never;
  }
}
