/**
 * What is remembered of commands in the clauses: that they were done, or refused.
 *
 * @module
 */
import type { HandledMark } from "../port.ts";
import { mark } from "./subject.ts";

/** The mark of a command that was done. */
export function done(id: string): HandledMark {
  return mark(id, { digest: `d:${id}`, reply: { done: id } });
}

/** The mark of a command that was refused. */
export function refused(id: string): HandledMark {
  return mark(id, { digest: `d:${id}`, reply: { reject: id }, refused: true });
}
