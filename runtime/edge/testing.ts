/**
 * The edge over a fake node, for tests.
 *
 * @module
 */
import { agentSchema } from "../../actors/session/agent.ts";
import type { SkillManifest } from "../../skills/skill.ts";
import { createEntropy } from "../entropy.ts";
import { SynapseError } from "../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import type { Skills } from "../sandbox/port.ts";
import type { Logger } from "../telemetry/port.ts";
import type { EdgeDeps, MetricsSource } from "./deps.ts";
import { FakeNode, TENANT } from "./fake_node.ts";
import { createEdge } from "./server.ts";

/** The only skill of the tests: risky, so that its calls wait for approval. */
const SEND_MAIL: SkillManifest = {
  name: "send_mail",
  description: "Sends a mail.",
  input_schema: { type: "object" },
  risk: 4,
  capabilities: [],
  idempotent: false,
  timeout: 1000,
  has_lookup: false,
  source: "builtin",
};

const SKILLS: Skills = {
  get: (name) => name === SEND_MAIL.name ? SEND_MAIL : null,
  list: () => [SEND_MAIL],
  checkInput: (_name, input) =>
    Promise.resolve(typeof input === "object" ? null : "Invalid input: expected object"),
  run: () => Promise.reject(new SynapseError("internal", "No skill runs in these tests")),
  lookup: () => Promise.resolve(null),
  faults: () => [{ file: "broken.ts", reason: "no default export" }],
  reload: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** What a test may change. */
export interface EdgeOptions {
  readonly api_key?: string;
  readonly limits?: Partial<Limits>;
  readonly health?: EdgeDeps["health"];
  readonly stuck?: EdgeDeps["stuck"];
  readonly skills?: Partial<Skills>;
  readonly memory?: EdgeDeps["memory"];
}

/** The edge over a fake node, with what it logged and measured. */
export async function testEdge(options: EdgeOptions = {}) {
  const node = new FakeNode();
  const logged: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const measured: Record<string, string>[] = [];
  const write = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void logged.push({ level, fields, message });
  const log: Logger = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  let bytes = 0;
  const edge = createEdge({
    engine: node,
    journal: node.journal,
    live: node.live,
    skills: { ...SKILLS, ...options.skills },
    memory: options.memory ?? null,
    providers: ["demo"],
    api_key: options.api_key ?? null,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    lease_ms: 3000,
    version: "9.9.9",
    stuck: options.stuck ?? (() => null),
    health: options.health ??
      (() => Promise.resolve({ status: "ready", checks: { journal: { status: "ok" } } })),
    clock: node.clock,
    entropy: createEntropy(() => node.clock.now(), (array) => void array.fill(bytes++)),
    metrics: fakeMetrics(measured),
    log,
  });
  await node.journal.putAgent(
    TENANT,
    "assistant",
    JSON.parse(JSON.stringify(agentSchema.parse({}))),
  );
  return { ...edge, node, logged, measured, call: caller(edge.api) };
}

/** Only what the edge itself measures. */
function fakeMetrics(measured: Record<string, string>[]): MetricsSource {
  const own: Partial<MetricsSource> = {
    httpRequestSeconds: { observe: (labels) => void measured.push(labels) },
    errorsTotal: { inc: (labels) => void measured.push(labels) },
    contentType: "text/plain; version=0.0.4",
    render: () => Promise.resolve("synapse_up 1\n"),
  };
  return own as MetricsSource;
}

/** Sends JSON, returns status, headers and parsed body. */
function caller(
  api: { request: (path: string, init: RequestInit) => Response | Promise<Response> },
) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const init = body === undefined ? { method, headers } : {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    };
    const response = await api.request(path, init);
    const text = await response.text();
    const json = text === "" ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: json };
  };
}

/** The command with which a model call ends with a text and no calls. */
export function answer(call_id: string, text: string, calls: readonly string[] = []) {
  return {
    type: "llm.complete",
    call_id,
    text,
    calls: calls.map((skill) => ({
      skill,
      input: { to: "a@example.com" },
      risk: 4,
      idempotent: false,
      problem: null,
    })),
    provider: "demo",
    model: "demo",
    finish_reason: "stop",
    usage: { input_tokens: 1, output_tokens: 1, cost_usd: 0 },
    attempts: 1,
  };
}
