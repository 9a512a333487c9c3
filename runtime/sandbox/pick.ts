/**
 * The named values of a table, without those that it does not have.
 *
 * @module
 */

/** Picks values by name: how variables and secrets are handed on, declared ones and no others. */
export function pick(
  values: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? [] : [[name, value]];
  }));
}
