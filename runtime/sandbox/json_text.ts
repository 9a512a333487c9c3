/**
 * A value as JSON text, or the reason why it has none.
 *
 * @module
 */
import { SkillError } from "./skill_error.ts";

/**
 * The JSON text of a value; of `undefined`, the text of `null`. Stricter than `JSON.stringify`,
 * which turns much of what it cannot write into nothing.
 *
 * @throws {SkillError} naming what has no JSON form
 * @throws {TypeError} if the value contains itself
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (key, item) => {
    const problem = unwritable(item);
    if (problem !== null) {
      const where = key === "" ? "" : ` at ${key}`;
      throw new SkillError(`Value${where} is ${problem}, wanted JSON`);
    }
    return item;
  }) ?? "null";
}

function unwritable(item: unknown): string | null {
  switch (typeof item) {
    case "bigint":
    case "function":
    case "symbol":
      return `a ${typeof item}`;
    case "number":
      return Number.isFinite(item) ? null : String(item);
    case "object":
      return item instanceof Map || item instanceof Set || item instanceof Promise ||
          item instanceof ArrayBuffer || ArrayBuffer.isView(item)
        ? `a ${item.constructor.name}`
        : null;
    default:
      return null;
  }
}
