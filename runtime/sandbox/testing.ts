/**
 * What tests of the sandbox need: a log and metrics that can be read, and the command of a host.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import type { LogFields, Logger } from "../telemetry/port.ts";
import type { SkillReply } from "./fault.ts";
import { type HostCommand, hostCommand } from "./host_command.ts";
import { permissionsOf } from "./permissions.ts";
import { Sandbox } from "./sandbox.ts";

/** A line of a {@link recordingLogger}. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export function recordingLogger(lines: LogLine[] = [], always: LogFields = {}): Logger {
  const keep = (level: LogLine["level"]) => (fields: LogFields, message: string) =>
    void lines.push({ level, message, fields: { ...always, ...fields } });
  return {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: (fields) => recordingLogger(lines, { ...always, ...fields }),
  };
}

/** A host that is started from the sources of this folder, by a program with nothing else in it. */
export function testHostCommand(env: Readonly<Record<string, string>>): HostCommand {
  return hostCommand(env, new URL("testdata/host_main.ts", import.meta.url).href);
}

/** Milliseconds for a skill that is expected not to end. */
export const TIMEOUT_MS = 200;
/** Bytes of an output at most. */
export const OUTPUT_BYTES_MAX = 50_000;

/** How one call differs from the ordinary. */
export interface CallOptions {
  readonly capabilities?: readonly string[];
  readonly workspace?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly input?: unknown;
  readonly secrets?: Record<string, string>;
}

/** A sandbox to try skills in. */
export interface Trial {
  /** Runs a whole skill file. */
  file(source: string, options?: CallOptions): Promise<SkillReply>;
  /** Runs a skill whose `run` has this body. */
  body(code: string, options?: CallOptions): Promise<SkillReply>;
  /** Fails unless the sandbox still runs a skill that behaves. */
  serves(): Promise<void>;
  readonly lines: LogLine[];
}

/** A skill file whose `run` has this body; `more` are further fields. */
export const skillFile = (code: string, more = "") =>
  `export default ({ defineSkill, z }: any) => defineSkill({
    name: "example", description: "For tests.", input: z.any(), risk: 0, idempotent: true, ${more}
    run: async (input: any, context: any) => { ${code} },
  });`;

/** Makes a sandbox for a test. Ordinary: no capabilities, one process, 64 MiB. `machine`: the environment. */
export async function withSandbox(
  machine: Readonly<Record<string, string>>,
  test: (trial: Trial) => Promise<void>,
  options: {
    env?: Record<string, string>;
    poolSize?: number;
    memoryMb?: number;
    workspace?: string;
  } = {},
): Promise<void> {
  const lines: LogLine[] = [];
  const env = { ...machine, ...options.env };
  await using sandbox = new Sandbox({
    command: testHostCommand(env),
    env,
    workspace: options.workspace ?? Deno.cwd(),
    memoryMb: options.memoryMb ?? 64,
    poolSize: options.poolSize ?? 1,
    outputBytesMax: OUTPUT_BYTES_MAX,
    clock: systemClock,
    entropy: systemEntropy,
    log: recordingLogger(lines),
  });
  const file = (source: string, call: CallOptions = {}) =>
    sandbox.run({
      skill: "example",
      timeoutMs: call.timeoutMs ?? 5000,
      signal: call.signal ?? new AbortController().signal,
      permissions: permissionsOf(call.capabilities ?? [], call.workspace ?? "/nowhere"),
      invocation: {
        operation: "run",
        source,
        language: "ts",
        input: call.input ?? null,
        key: "session/ses_1:7",
        secrets: call.secrets ?? {},
      },
    });
  const body = (code: string, call?: CallOptions) => file(skillFile(code), call);
  const serves = async () => assert.deepEqual(await body("return 6 * 7"), { ok: true, text: "42" });
  await test({ file, body, serves, lines });
}

/** Fails unless a reply is this fault. */
export function assertFault(reply: SkillReply, code: string, message: RegExp, what: string): void {
  assert.ok(!reply.ok, `${what} succeeded: ${JSON.stringify(reply)}`);
  assert.equal(reply.code, code, `${what}: ${reply.message}`);
  assert.match(reply.message, message, what);
}
