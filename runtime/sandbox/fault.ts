/**
 * From whatever a skill throws to the code and words that are journaled.
 *
 * @module
 */
import type { SkillFaultCode } from "./port.ts";

/** Why a call failed. */
export interface SkillFault {
  readonly ok: false;
  readonly code: SkillFaultCode;
  readonly message: string;
}

/** How a call ended, its output as JSON text. */
export type SkillReply = { readonly ok: true; readonly text: string } | SkillFault;

/** Characters of a message that are kept. */
const MESSAGE_CHARS_MAX = 2000;

/** How Deno words a refusal when it comes as another class of error: for imports, and as EPERM for some of `node:`. */
const REFUSAL = /Requires \w+ access/;

/** A failed call. */
export function fault(code: SkillFaultCode, message: string): SkillFault {
  return { ok: false, code, message: message.slice(0, MESSAGE_CHARS_MAX) };
}

/** The failed call of a skill that wanted more than so many MiB. */
export function outOfMemory(memoryMb: number): SkillFault {
  return fault("skill_out_of_memory", `Skill used more than ${memoryMb} MiB of memory`);
}

/** The failed call that something thrown makes: a refused permission is told from a mere error. */
export function faultOf(thrown: unknown): SkillFault {
  const message = describe(thrown);
  return isRefusal(thrown)
    ? fault("skill_denied_permission", message)
    : fault("skill_threw", message);
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `Skill threw ${String(thrown)}`;
  // The place in the code is that of a temporary URL and helps nobody.
  const text = thrown.message.split("\n    at ")[0] || thrown.name;
  return thrown.cause instanceof Error ? `${text}: ${thrown.cause.message}` : text;
}

function isRefusal(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; depth++) {
    const { code } = error as { code?: unknown };
    if (error.name === "NotCapable" || code === "EPERM" || REFUSAL.test(error.message)) return true;
    error = error.cause;
  }
  return false;
}
