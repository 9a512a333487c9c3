/**
 * Test support: the faults of the network and of servers, which the adapters to both wire formats meet in the
 * same way.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import { ManualClock } from "../manual_clock.ts";
import { ask, assertFails, type ProviderScene, type StagedProvider } from "./contract.ts";
import { callWithDeadline } from "./deadline.ts";
import type { ModelProvider } from "./port.ts";
import { inOrder, saying, type WireReply, WireServer } from "./wire_server.ts";

/** A staged provider and the server behind it. */
export interface WiredProvider extends StagedProvider {
  readonly server: WireServer;
}

/** Makes a provider that talks to the server. */
export type Connect = (server: WireServer) => ModelProvider;

/** Puts a provider before a server with this script. */
export function wire(connect: Connect, script: () => WireReply): WiredProvider {
  const server = new WireServer(script);
  return {
    server,
    provider: connect(server),
    cue: "hello",
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Stages the scenes of the contract on a wire server. */
export function stageOnWire(connect: Connect, scene: ProviderScene): StagedProvider {
  switch (scene.does) {
    case "say":
      return wire(connect, inOrder(saying(...scene.text.match(/\s*\S+/g) ?? [])));
    case "call": {
      const calls = scene.calls.map(({ skill, input }) => ({
        name: skill,
        pieces: JSON.stringify(input).match(/.{1,5}/g) ?? [],
      }));
      return wire(
        connect,
        inOrder({ kind: "stream", deltas: ["let me see"], calls }, saying("it ", "is 42")),
      );
    }
    case "fail":
      return wire(connect, inOrder({ kind: "status", status: 503, message: "down" }));
    case "linger":
      return wire(connect, inOrder({ kind: "stream", deltas: ["well"], then: "silence" }));
    default:
      return scene satisfies never;
  }
}

/** Registers the suite for one adapter. `connect` makes a provider whose clock stands at {@link WIRE_NOW}. */
export function testWireFaults(name: string, connect: Connect): void {
  const broken = { kind: "stream_broken", retryable: true } as const;
  const malformed = { kind: "malformed", retryable: true } as const;
  const one = (reply: WireReply) => wire(connect, inOrder(reply));
  const status = (status: number, headers: Record<string, string> = {}): WireReply => ({
    kind: "status",
    status,
    message: "not now",
    headers,
  });

  Deno.test(`${name} reads how long a 429 asks to wait`, async () => {
    const waits: [Record<string, string>, number][] = [
      [{ "retry-after": "7" }, 7000],
      [{ "retry-after-ms": "250" }, 250],
      [{ "retry-after": new Date(WIRE_NOW + 30_000).toUTCString() }, 30_000],
    ];
    for (const [headers, retry_after_ms] of waits) {
      await using staged = one(status(429, headers));
      const details = { kind: "status", status: 429, retryable: true, retry_after_ms } as const;
      await assertFails(ask(staged).answer, details, /answered with status 429: not now$/);
      assert.equal(staged.server.requests.length, 1, "the SDK must not retry by itself");
    }
  });

  Deno.test(`${name} tells statuses that may be tried again from those that may not`, async () => {
    for (const code of [408, 409, 429, 500, 502, 529]) {
      await using staged = one(status(code));
      await assertFails(ask(staged).answer, { kind: "status", status: code, retryable: true });
    }
    for (const code of [400, 401, 403, 404, 422]) {
      await using staged = one(status(code));
      await assertFails(ask(staged).answer, { kind: "status", status: code, retryable: false });
    }
    await using staged = one(status(429, { "x-should-retry": "false" }));
    await assertFails(ask(staged).answer, { kind: "status", status: 429, retryable: false });
  });

  Deno.test(`${name} gives no half answer when the stream is cut or ends too early`, async () => {
    for (const then of ["cut", "end"] as const) {
      await using staged = one({ kind: "stream", deltas: ["half ", "an "], then });
      const { answer, deltas } = ask(staged);
      await assertFails(answer, broken, /broke off its answer/);
      assert.equal(deltas.join(""), "half an ");
    }
  });

  Deno.test(`${name} refuses pieces that are not in the format`, async () => {
    const pieces = ['{"choices": [', "[1]", '{"type":"content_block_delta","choices":7}'];
    for (const data of pieces) {
      await using staged = one({ kind: "stream", deltas: ["so "], then: { data } });
      await assertFails(ask(staged).answer, malformed);
    }
  });

  Deno.test(`${name} reads an error inside the stream`, async () => {
    const error = { type: "rate_limit_error", message: "slow down" };
    await using limited = one({ kind: "stream", deltas: ["so "], then: { error } });
    const details = { kind: "status", status: 429, retryable: true } as const;
    await assertFails(ask(limited).answer, details, /status 429: slow down$/);
    const unknown = { type: "strange", message: "oh no" };
    await using strange = one({ kind: "stream", deltas: ["so "], then: { error: unknown } });
    await assertFails(ask(strange).answer, broken, /oh no$/);
  });

  Deno.test(`${name} says that it could not connect`, async () => {
    const staged = one(saying("hello"));
    await staged[Symbol.asyncDispose]();
    await assertFails(
      ask(staged).answer,
      { kind: "connection", retryable: true },
      /could not be reached/,
    );
  });

  Deno.test(`${name} closes the connection when cancelled`, async () => {
    const silences: WireReply[] = [
      { kind: "hang" },
      { kind: "stream", deltas: [], then: "silence" },
      { kind: "stream", deltas: ["well"], then: "silence" },
    ];
    for (const reply of silences) {
      const arrived = Promise.withResolvers<void>();
      await using staged = wire(connect, () => (arrived.resolve(), reply));
      const controller = new AbortController();
      const { answer } = ask(staged, { signal: controller.signal });
      await arrived.promise;
      controller.abort();
      await assertFails(answer, { kind: "cancelled", retryable: false });
      if (reply.kind === "stream") await staged.server.requests[0]?.left;
    }
  });

  Deno.test(`${name} ends silence at the deadline`, async () => {
    const silences: WireReply[] = [
      { kind: "hang" },
      { kind: "stream", deltas: ["well"], then: "silence" },
    ];
    for (const reply of silences) {
      const arrived = Promise.withResolvers<void>();
      await using staged = wire(connect, () => (arrived.resolve(), reply));
      const clock = new ManualClock();
      const { answer } = ask({ provider: withDeadline(staged.provider, clock), cue: "hello" });
      const ended = assertFails(
        answer,
        { kind: "deadline", retryable: true },
        /did not finish its answer within 1000 ms$/,
      );
      await arrived.promise;
      await clock.advance(DEADLINE_MS);
      await ended;
      if (reply.kind === "stream") await staged.server.requests[0]?.left;
    }
  });

  Deno.test(`${name} counts what the provider says was used`, async () => {
    const usage = { input_tokens: 123, output_tokens: 45 };
    await using staged = one({ kind: "stream", deltas: ["hi"], usage });
    const { input_tokens, output_tokens } = await ask(staged).answer;
    assert.deepEqual({ input_tokens, output_tokens }, usage);
  });

  Deno.test(`${name} keeps arguments that are no JSON object and says so`, async () => {
    const calls = [
      { name: "clock", pieces: ['{"zo', 'ne":'] },
      { name: "clock", pieces: ["[1", "]"] },
      { name: "clock", pieces: [] },
    ];
    await using staged = one({ kind: "stream", deltas: [], calls });
    assert.deepEqual((await ask(staged).answer).calls, [
      { skill: "clock", input: '{"zone":', problem: 'Input is not JSON: {"zone":' },
      { skill: "clock", input: [1], problem: "Input is not a JSON object: [1]" },
      { skill: "clock", input: {}, problem: null },
    ]);
  });

  Deno.test(`${name} sends only the headers it names, whatever the environment says`, async () => {
    const variables = {
      OPENAI_CUSTOM_HEADERS: "X-Leak: 1",
      OPENAI_API_KEY: "wrong",
      OPENAI_BASE_URL: "http://127.0.0.1:1",
      OPENAI_ORG_ID: "wrong",
      ANTHROPIC_CUSTOM_HEADERS: "X-Leak: 1",
      ANTHROPIC_API_KEY: "wrong",
      ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    };
    // Not the real environment: other test files run in the same process at the same time.
    const real = process.env;
    process.env = variables;
    try {
      await using staged = one(saying("hi"));
      await ask(staged).answer;
      const headers = [...staged.server.requests[0]!.headers].map(([key, value]) =>
        `${key}: ${value}`
      );
      const foreign = headers.filter((line) => /leak|wrong|stainless|openai-org/i.test(line));
      assert.deepEqual(foreign, []);
      assert.ok(headers.some((line) => line.includes("the-key")), "the key itself is sent");
    } finally {
      process.env = real;
    }
  });
}

const DEADLINE_MS = 1000;

/** The provider as the router calls it. */
function withDeadline(provider: ModelProvider, clock: ManualClock): ModelProvider {
  return {
    ...provider,
    call: (request, context) =>
      callWithDeadline(provider, request, context, { clock, deadline_ms: DEADLINE_MS }),
  };
}

/** Where the clocks of wired providers stand: milliseconds since the epoch, whole seconds. */
export const WIRE_NOW = 1_700_000_000_000;
