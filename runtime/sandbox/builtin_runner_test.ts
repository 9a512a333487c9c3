import assert from "node:assert/strict";
import { z } from "zod";
import { defineSkill, type SkillContext } from "../../skills/skill.ts";
import { idleContext } from "../../skills/testing.ts";
import { systemClock } from "../clock.ts";
import { runBuiltin } from "./builtin_runner.ts";

function run(
  body: (context: SkillContext) => unknown,
  { timeoutMs = 1000, signal = new AbortController().signal } = {},
) {
  const skill = defineSkill({
    name: "example",
    description: "For tests.",
    input: z.unknown(),
    risk: 0,
    idempotent: true,
    run: (_, context) => body(context),
  });
  const invocation = { operation: "run", input: null, outputBytesMax: 1000 } as const;
  return runBuiltin({ skill, invocation, timeoutMs, signal, context: idleContext() }, systemClock);
}

Deno.test("runBuiltin() answers with the output, or with what was thrown", async () => {
  assert.deepEqual(await run(() => [1]), { ok: true, text: "[1]" });
  const thrown = await run(() => Promise.reject(new RangeError("Too far")));
  assert.deepEqual(thrown, { ok: false, code: "skill_threw", message: "Too far" });
});

Deno.test("runBuiltin() aborts a skill that is over its time, and does not wait for a deaf one", async () => {
  const seen = Promise.withResolvers<string>();
  const heeds = ({ signal }: SkillContext) =>
    new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        seen.resolve(String(signal.reason));
        reject(signal.reason);
      })
    );
  const wanted = {
    ok: false,
    code: "skill_timeout",
    message: "Skill ran for 10 ms without an end",
  };
  assert.deepEqual(await run(heeds, { timeoutMs: 10 }), wanted);
  assert.match(await seen.promise, /without an end/);
  assert.deepEqual(await run(() => new Promise(() => {}), { timeoutMs: 10 }), wanted);
});

Deno.test("runBuiltin() reports a cancelled call, and does not begin one that was cancelled before", async () => {
  const abort = new AbortController();
  const running = run(() => new Promise(() => {}), { signal: abort.signal });
  abort.abort();
  const reply = await running;
  assert.equal(reply.ok ? "" : reply.code, "skill_cancelled");
  const early = await run(() => assert.fail("ran"), { signal: AbortSignal.abort() });
  assert.equal(early.ok ? "" : early.message, "Call was cancelled before it began");
});
