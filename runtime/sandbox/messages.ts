/**
 * What is said across the two walls around a skill: server and host process (lines of JSON on its
 * stdin and stdout), host and worker (messages).
 *
 * @module
 */
import { z } from "zod";
import type { SkillReply } from "./fault.ts";
import type { SkillOperation } from "./invoke.ts";
import type { SkillPermissions } from "./permissions.ts";

/** One call as its worker gets it: the code comes along, as text. */
export interface WorkerInvocation {
  /** `manifest`: evaluate the file and say what skill it holds. */
  readonly operation: SkillOperation | "manifest";
  readonly source: string;
  readonly language: "ts" | "js";
  readonly input: unknown;
  /** The idempotency key. */
  readonly key: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly outputBytesMax: number;
}

/** Server to host. */
export type ToHost =
  /**
   * Comes first, and again after each call: start a worker. The first time the host also gives up
   * whatever these permissions do not need; they are the same every time.
   */
  | {
    readonly type: "prepare";
    /** What begins each line that the host writes. A skill can write to stdout too, but not know this. */
    readonly mark: string;
    readonly permissions: SkillPermissions;
    /** MiB that the process may grow by during a call. */
    readonly memoryMb: number;
  }
  /** Follows `ready`; wants `begun`. */
  | { readonly type: "call"; readonly invocation: WorkerInvocation }
  /** The call is cancelled or out of time: tell the skill. */
  | { readonly type: "abort"; readonly reason: string };

const faultCodeSchema = z.enum([
  "skill_invalid_input",
  "skill_invalid_output",
  "skill_threw",
  "skill_out_of_memory",
  "skill_denied_permission",
  "skill_output_too_large",
]);

const replySchema: z.ZodType<SkillReply> = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), text: z.string() }),
  z.object({ ok: z.literal(false), code: faultCodeSchema, message: z.string() }),
]);

const logSchema = z.object({
  type: z.literal("log"),
  message: z.string(),
  fields: z.record(z.string(), z.json()),
});

/** Host to server. */
export const fromHostSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("begun") }),
  logSchema,
  z.object({ type: z.literal("reply"), reply: replySchema }),
]);

/** Host to server. */
export type FromHost = z.output<typeof fromHostSchema>;

/** Worker to host. Skill code can post here as well as the code around it can, so it is checked. */
export const fromWorkerSchema = fromHostSchema;

/** Host to worker. */
export type ToWorker = Extract<ToHost, { type: "call" | "abort" }>;
