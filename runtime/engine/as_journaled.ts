/**
 * What comes from outside, as a journal gives it back: the actor must see what a replay will see.
 *
 * @module
 */
import { invariant } from "../../actors/invariant.ts";
import { JSON_DEPTH_MAX } from "../../actors/json_depth.ts";

/** Levels that a command may have: what Synapse itself wraps round a value is no deeper than 16. */
const COMMAND_DEPTH_MAX = JSON_DEPTH_MAX + 16;

/**
 * A copy of a JSON value as its canonical text says it (see `canonical_json.ts`), without the cost of
 * the text: members in that text's order, none that is undefined, U+FFFD in place of each half of a
 * surrogate pair (it has no UTF-8 form), and no member `__proto__`, which schemas drop.
 *
 * @throws if it is deeper than whoever let it in should have allowed
 */
export function asJournaled(value: unknown): unknown {
  return copy(value, COMMAND_DEPTH_MAX);
}

function copy(value: unknown, levels: number): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  // Of the two zeros, JSON knows one.
  if (typeof value !== "object" || value === null) return value === 0 ? 0 : value;
  invariant(levels > 0, `S1 a command is nested at most ${COMMAND_DEPTH_MAX} levels deep`);
  if (Array.isArray(value)) return value.map((item) => copy(item, levels - 1));
  const source = value as Readonly<Record<string, unknown>>;
  const target: Record<string, unknown> = {};
  for (const name of Object.keys(source).sort(byMendedName)) {
    const member = source[name];
    if (name === "__proto__" || member === undefined) continue;
    target[name.toWellFormed()] = copy(member, levels - 1);
  }
  return target;
}

/** By UTF-16 units, as RFC 8785 has it. */
function byMendedName(a: string, b: string): number {
  const [left, right] = [a.toWellFormed(), b.toWellFormed()];
  return left < right ? -1 : left > right ? 1 : 0;
}
