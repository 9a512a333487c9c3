/**
 * Which points a filter of Qdrant's lets through.
 *
 * @module
 */
import { Refusal, type StoredPoint } from "./stored_collection.ts";

// deno-lint-ignore no-explicit-any -- the description has checked its form
type Condition = any;

/** Whether a point meets a filter. No filter: every point does. */
export function meets(point: StoredPoint, filter: Condition): boolean {
  if (filter === undefined || filter === null) return true;
  const of = (part: Condition): Condition[] =>
    part === undefined || part === null ? [] : [part].flat();
  const should = of(filter.should);
  return of(filter.must).every((condition) => holds(point, condition)) &&
    !of(filter.must_not).some((condition) => holds(point, condition)) &&
    (should.length === 0 || should.some((condition) => holds(point, condition)));
}

function holds(point: StoredPoint, condition: Condition): boolean {
  if (condition.has_id !== undefined) return condition.has_id.includes(point.id);
  if (condition.is_empty !== undefined) {
    return (point.payload[condition.is_empty.key] ?? null) === null;
  }
  if (condition.key === undefined) return meets(point, condition);
  const value = point.payload[condition.key];
  if (condition.match) return matches(value, condition.match);
  if (condition.range) return typeof value === "number" && inRange(value, condition.range);
  throw new Refusal(501, `The stand-in has no condition ${JSON.stringify(condition)}`);
}

function matches(value: unknown, match: Condition): boolean {
  if (match.value !== undefined) return value === match.value;
  if (match.any !== undefined) return match.any.includes(value);
  throw new Refusal(501, `The stand-in has no match ${JSON.stringify(match)}`);
}

function inRange(value: number, { lt, lte, gt, gte }: Record<string, number | undefined>): boolean {
  return (lt === undefined || value < lt) && (lte === undefined || value <= lte) &&
    (gt === undefined || value > gt) && (gte === undefined || value >= gte);
}
