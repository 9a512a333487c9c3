import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { tracer, withSpan } from "./traces.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A program that makes a span, one inside it, and one that fails. */
const PROGRAM = `
import { tracer, withSpan } from "./runtime/telemetry/traces.ts";
import { SynapseError } from "./runtime/errors.ts";
const source = tracer("synapse.test");
await withSpan(source, "outer", { "gen_ai.request.model": "m" }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await withSpan(source, "inner", {}, async (span) => void span.setAttribute("count", 3));
  await withSpan(source, "failing", {}, async () => {
    throw new SynapseError("model_failed", "No answer from http://me:hunter2@host");
  }).catch(() => {});
});
`;

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface ExportedTraces {
  readonly resourceSpans: {
    readonly scopeSpans: {
      readonly scope: { readonly name: string; readonly version: string };
      readonly spans: ExportedSpan[];
    }[];
  }[];
}

/** Runs the program against a collector on this machine and returns what that received. */
async function collect(env: Record<string, string>) {
  const received: { path: string; body: string }[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      received.push({ path: new URL(request.url).pathname, body: await request.text() });
      return Response.json({});
    },
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--ext=ts", "-"],
    cwd: ROOT,
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      ...env,
    },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const { code, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return received;
}

Deno.test("withSpan() makes nested spans that Deno exports when OTEL_DENO is true", async () => {
  const received = await collect({ OTEL_DENO: "true" });
  const scopes = received.filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) => (JSON.parse(body) as ExportedTraces).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .filter(({ scope }) => scope.name === "synapse.test");
  const spans = new Map(scopes.flatMap(({ spans }) => spans).map((span) => [span.name, span]));
  assert.deepEqual([...spans.keys()].sort(), ["failing", "inner", "outer"]);
  const [outer, inner, failing] = ["outer", "inner", "failing"].map((name) => spans.get(name));

  assert.equal(scopes[0]?.scope.version, "3.1.0");
  assert.deepEqual(attributes(outer), { "gen_ai.request.model": { stringValue: "m" } });
  assert.equal(inner?.parentSpanId, outer?.spanId);
  assert.equal(failing?.parentSpanId, outer?.spanId);
  assert.equal(failing?.traceId, outer?.traceId);
  assert.equal(failing?.status.code, 2);
  assert.deepEqual(attributes(failing)["error.type"], { stringValue: "model_failed" });
  assert.doesNotMatch(received.map(({ body }) => body).join(), /hunter2/);
});

Deno.test("withSpan() exports nothing unless OTEL_DENO is set", async () => {
  assert.deepEqual(await collect({ OTEL_DENO: "false" }), []);
});

Deno.test("withSpan() returns what the function returns and throws what it throws", async () => {
  const source = tracer("synapse.test");
  assert.equal(await withSpan(source, "a", {}, async () => 3), 3);
  const error = new Error("own");
  await assert.rejects(
    withSpan(source, "b", {}, () => {
      throw error;
    }),
    (thrown) => thrown === error,
  );
});

function attributes(span: ExportedSpan | undefined): Record<string, unknown> {
  return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value]));
}
