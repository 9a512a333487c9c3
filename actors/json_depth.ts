/**
 * How deep a JSON value may be nested. JSON is read without recursion, but checked, written and
 * compared with it: a value that is deeper than a call stack could be stored and never read again.
 *
 * @module
 */

/** Levels of arrays and objects that a value from outside may have; one that has more is refused. */
export const JSON_DEPTH_MAX = 64;

/** Whether a value has more levels of arrays and objects than that; text and numbers have none. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}

/**
 * Why a value that was parsed from JSON cannot be kept, or null: it is too deep, or holds a number like
 * `1e999`, which JSON can spell and no journal can give back.
 */
export function jsonFault(value: unknown, levels = JSON_DEPTH_MAX): string | null {
  if (isDeeperThan(levels, value)) {
    return `is nested deeper than ${JSON_DEPTH_MAX} levels, wanted at most that many`;
  }
  return hasInfinity(value) ? "holds a number beyond the range of a double" : null;
}

function hasInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasInfinity);
}
