import assert from "node:assert/strict";
import { trace } from "@opentelemetry/api";
import { ManualClock } from "../manual_clock.ts";
import { assertFails } from "./contract.ts";
import type { ModelErrorDetails } from "./port.ts";
import { RecordedMetrics } from "./recorded_metrics.ts";
import { type ModelRequest, type ModelResult, ModelRouter } from "./router.ts";
import {
  answers,
  fails,
  hangs,
  type ScriptedProvider,
  scriptedProvider,
} from "./scripted_provider.ts";
import type { Logger } from "../telemetry/port.ts";

const BUSY: ModelErrorDetails = { kind: "status", status: 503, retryable: true };
const BROKEN: ModelErrorDetails = { kind: "stream_broken", retryable: true };
const REFUSED: ModelErrorDetails = { kind: "status", status: 401, retryable: false };
const DEADLINE_MS = 1000;

const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};

interface Call {
  readonly result: Promise<ModelResult>;
  /** Deltas in order, and `<reset>`. */
  readonly seen: string[];
  readonly cancel: () => void;
}

function setUp(
  providers: readonly ScriptedProvider[],
  { random = 0.5, max_concurrency = 10 } = {},
) {
  const clock = new ManualClock();
  const metrics = new RecordedMetrics();
  const prices = { small: { input_usd_per_mtok: 1, output_usd_per_mtok: 2 } };
  const settings = { max_concurrency, deadline_ms: DEADLINE_MS, prices };
  const router = new ModelRouter({
    providers,
    default_provider: providers[0]!.name,
    settings: Object.fromEntries(providers.map(({ name }) => [name, settings])),
    retry: { attempts: 3, base_ms: 100, max_ms: 10_000 },
    clock,
    entropy: { random: () => random, id: (prefix) => `${prefix}_1` },
    metrics,
    log: silent,
    tracer: trace.getTracer("test"),
  });
  const call = (wish: Partial<ModelRequest> = {}): Call => {
    const seen: string[] = [];
    const controller = new AbortController();
    const result = router.call(
      {
        model: null,
        fallbacks: [],
        system: "",
        messages: [{ role: "user", content: "hello" }],
        tools: [],
        max_output_tokens: 100,
        temperature: null,
        ...wish,
      },
      {
        signal: controller.signal,
        onDelta: (text) => void seen.push(text),
        onReset: () => void seen.push("<reset>"),
      },
    );
    // Looked at later; without this a failure in between would count as unhandled.
    result.catch(() => {});
    return { result, seen, cancel: () => controller.abort() };
  };
  return { clock, metrics, call };
}

Deno.test("ModelRouter.call() returns the answer with its provider, cost and attempts", async () => {
  const a = scriptedProvider("a", answers("hi"));
  const { call, metrics } = setUp([a]);
  const { answer, provider, cost_usd, attempts } = await call({ model: "a/small" }).result;
  assert.equal(answer.text, "hi");
  assert.deepEqual([provider, cost_usd, attempts], ["a", 0.00002, 1]);
  assert.deepEqual(metrics.sums, {
    "requests a small ok": 1,
    "latency a small": 0,
    "tokens a small input": 10,
    "tokens a small output": 5,
    "cost a small": 0.00002,
  });
});

Deno.test("ModelRouter.call() tries again after a wait that grows, and voids what was said", async () => {
  const a = scriptedProvider("a", fails(BROKEN, "half"), fails(BUSY), answers("whole"));
  const { call, clock, metrics } = setUp([a]);
  const { result, seen } = call();
  await clock.advance(49);
  assert.equal(a.requests.length, 1);
  await clock.advance(1);
  assert.equal(a.requests.length, 2);
  await clock.advance(99);
  assert.equal(a.requests.length, 2);
  await clock.advance(1);
  assert.equal((await result).attempts, 3);
  assert.deepEqual(seen, ["half", "<reset>", "whole"]);
  assert.equal(metrics.sums["requests a a-default stream_broken"], 1);
  assert.equal(metrics.sums["requests a a-default status"], 1);
  assert.equal(metrics.sums["requests a a-default ok"], 1);
});

Deno.test("ModelRouter.call() waits as long as the provider asks", async () => {
  const limited: ModelErrorDetails = {
    kind: "status",
    status: 429,
    retryable: true,
    retry_after_ms: 5000,
  };
  const a = scriptedProvider("a", fails(limited), answers("hi"));
  const { call, clock } = setUp([a], { random: 0 });
  const { result } = call();
  await clock.advance(4999);
  assert.equal(a.requests.length, 1);
  await clock.advance(1);
  assert.equal((await result).answer.text, "hi");
});

Deno.test("ModelRouter.call() goes to the fallback when the tries are used up", async () => {
  const a = scriptedProvider("a", fails(BUSY));
  const b = scriptedProvider("b", answers("from b"));
  const { call, clock } = setUp([a, b]);
  const { result } = call({ fallbacks: ["b/big"] });
  await clock.advance(1000);
  const { provider, attempts } = await result;
  assert.deepEqual([provider, attempts, a.requests.length], ["b", 4, 3]);
  assert.equal(b.requests[0]?.model, "big");
});

Deno.test("ModelRouter.call() goes to the fallback at once when another try cannot help", async () => {
  const a = scriptedProvider("a", fails(REFUSED));
  const b = scriptedProvider("b", answers("from b"));
  const { call, clock } = setUp([a, b]);
  assert.equal((await call({ fallbacks: ["b"] }).result).attempts, 2);
  assert.equal(clock.monotonic(), 0);
});

Deno.test("ModelRouter.call() says what each candidate failed with when none answers", async () => {
  const a = scriptedProvider("a", fails(REFUSED));
  const b = scriptedProvider("b", fails(BUSY));
  const { call, clock } = setUp([a, b]);
  const { result } = call({ fallbacks: ["b"] });
  await clock.advance(1000);
  await assertFails(
    result,
    { ...BUSY, attempts: 4 },
    /^No model answered after 4 attempts: Failed by script with status; Failed by script/,
  );
});

Deno.test("ModelRouter.call() ends silence at the deadline and passes on nothing that comes later", async () => {
  let late = (_text: string) => {};
  const a = scriptedProvider("a", (_request, { onDelta }) => {
    late = onDelta;
    return new Promise(() => {});
  }, answers("hi"));
  const { call, clock, metrics } = setUp([a]);
  const { result, seen } = call();
  await clock.advance(DEADLINE_MS);
  assert.equal(metrics.sums["requests a a-default deadline"], 1);
  assert.equal(metrics.sums["latency a a-default"], DEADLINE_MS / 1000);
  late("too late");
  await clock.advance(50);
  assert.equal((await result).answer.text, "hi");
  assert.deepEqual(seen, ["hi"]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("ModelRouter.call() stops at once when cancelled, in a call or between two", async () => {
  const a = scriptedProvider("a", fails(BUSY), hangs("so "));
  const b = scriptedProvider("b", answers("never"));
  const { call, clock } = setUp([a, b]);
  const waiting = call({ fallbacks: ["b"] });
  await clock.advance(10);
  waiting.cancel();
  await assertFails(waiting.result, { kind: "cancelled", retryable: false, attempts: 1 });
  const calling = call({ fallbacks: ["b"] });
  await clock.advance(10);
  assert.deepEqual(calling.seen, ["so "]);
  calling.cancel();
  await assertFails(calling.result, { kind: "cancelled", retryable: false, attempts: 1 });
  assert.equal(b.requests.length, 0);
  assert.equal(clock.sleeping, 0);
});

Deno.test("ModelRouter.call() leaves a failing provider alone and then tries it again", async () => {
  const failing = Array.from({ length: 5 }, () => fails(BUSY));
  const a = scriptedProvider("a", ...failing, answers("back"));
  const b = scriptedProvider("b", answers("from b"));
  const { call, clock } = setUp([a, b]);
  for (let i = 0; i < 2; i++) {
    const { result } = call({ fallbacks: ["b"] });
    await clock.advance(1000);
    assert.equal((await result).provider, "b");
  }
  assert.equal(a.requests.length, 5, "the sixth try finds the breaker open");
  assert.equal((await call({ fallbacks: ["b"] }).result).attempts, 1);
  assert.equal(a.requests.length, 5);
  await assertFails(
    call().result,
    { kind: "breaker_open", retryable: true, retry_after_ms: 9050, attempts: 0 },
    /Provider a failed 5 times in a row and is left alone for 9050 ms/,
  );
  await clock.advance(10_000);
  assert.equal((await call({ fallbacks: ["b"] }).result).provider, "a");
});

Deno.test("ModelRouter.call() says what went wrong when the breaker opens between its tries", async () => {
  const a = scriptedProvider("a", fails(BUSY));
  const { call, clock } = setUp([a]);
  const first = call();
  const second = call();
  await clock.advance(1000);
  await assertFails(first.result, { ...BUSY, attempts: 3 });
  await assertFails(second.result, { ...BUSY, attempts: 2 });
});

Deno.test("ModelRouter.call() does not count cancelled calls against a provider", async () => {
  const a = scriptedProvider("a", ...Array.from({ length: 10 }, () => hangs()), answers("fine"));
  const { call, clock } = setUp([a]);
  for (let i = 0; i < 10; i++) {
    const { result, cancel } = call();
    await clock.yield();
    cancel();
    await assertFails(result, { kind: "cancelled", retryable: false, attempts: 1 });
  }
  assert.equal((await call().result).answer.text, "fine");
});

Deno.test("ModelRouter.call() lets only so many calls of a provider go at once", async () => {
  const a = scriptedProvider("a", hangs(), answers("next"));
  const { call, clock } = setUp([a], { max_concurrency: 1 });
  const first = call();
  const second = call();
  await clock.yield();
  assert.equal(a.requests.length, 1);
  first.cancel();
  assert.equal((await second.result).answer.text, "next");
});

Deno.test("ModelRouter.call() names what exists when a provider does not", async () => {
  const { call } = setUp([scriptedProvider("a", answers("hi"))]);
  await assertFails(
    call({ model: "nobody/small" }).result,
    { kind: "configuration", retryable: false },
    /"nobody\/small".*one of: a/,
  );
});

Deno.test("ModelRouter.call() lets a defect through, and frees its place", async () => {
  const a = scriptedProvider("a", () => Promise.reject(new RangeError("defect")), answers("hi"));
  const { call } = setUp([a], { max_concurrency: 1 });
  await assert.rejects(call().result, RangeError);
  assert.equal((await call().result).answer.text, "hi");
});
