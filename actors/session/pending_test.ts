import assert from "node:assert/strict";
import type { ModelWork } from "./model_request.ts";
import { pending } from "./pending.ts";
import {
  answer,
  done,
  newSession,
  openSession,
  play,
  propose,
  send,
  summarise,
} from "./session_scenario.ts";

const long = "x".repeat(4000);

Deno.test("pending() is empty before, between and after turns", () => {
  const idle = play(openSession(), send("m1"), answer("a")).state;
  for (const state of [newSession().state, openSession().state, idle]) {
    assert.deepEqual(pending(state), []);
  }
});

Deno.test("pending() asks the model with what the agent's definition says", () => {
  const { state } = play(
    openSession({
      system: "Be kind",
      model: "openai/gpt-9",
      fallbacks: ["demo"],
      skills: ["clock"],
      max_output_tokens: 77,
      temperature: 0.5,
    }),
    send("m1"),
  );
  const work: ModelWork = {
    call_id: "llm_3",
    turn: 1,
    system: "Be kind",
    messages: [{ role: "user", content: "text of m1" }],
    skills: ["clock"],
    withheld: [],
    model: "openai/gpt-9",
    fallbacks: ["demo"],
    max_output_tokens: 77,
    temperature: 0.5,
  };
  assert.deepEqual(pending(state), [{
    id: "llm_3",
    kind: "model",
    policy: "retry",
    input: work,
  }]);
});

Deno.test("pending() leaves the choice of model and temperature open when the agent does", () => {
  const work = pending(play(openSession(), send("m1")).state)[0]?.input as ModelWork;
  assert.deepEqual([work.model, work.temperature, work.fallbacks], [null, null, []]);
});

Deno.test("pending() asks for a summary with the conversation to remove, and offers no skills", () => {
  const { state } = play(
    openSession({ context_tokens: 1000, skills: ["clock"] }),
    send("m1", null, long),
    propose({ input: { zone: "UTC" } }),
    done(0, "noon"),
    answer("It is noon"),
    send("m2"),
  );
  const [effect] = pending(state);
  assert.deepEqual([effect?.kind, effect?.policy], ["compact", "retry"]);
  const work = effect?.input as ModelWork;
  assert.equal(work.call_id, effect?.id);
  assert.deepEqual(work.skills, []);
  assert.equal(work.max_output_tokens, 250);
  assert.match(work.system, /^Summarise/);
  assert.deepEqual(work.messages, [{
    role: "user",
    content: `Conversation:\n  user: ${long}`,
  }]);
});

Deno.test("pending() bounds a summary in a large window", () => {
  const { state } = play(
    openSession({ context_tokens: 10_000 }),
    send("m1", null, long.repeat(10)),
    answer("ok"),
    send("m2"),
  );
  assert.equal((pending(state)[0]?.input as ModelWork).max_output_tokens, 1024);
});

Deno.test("pending() owes nothing but the model call after a summary", () => {
  const { state } = play(
    openSession({ context_tokens: 1000, system: "Be kind" }),
    send("m1", null, long),
    answer("ok"),
    send("m2"),
    summarise("They said x"),
  );
  const work = pending(state)[0]?.input as ModelWork;
  assert.equal(pending(state).length, 1);
  assert.equal(
    work.system,
    "Be kind\n\nSummary of the conversation before this point:\nThey said x",
  );
});
