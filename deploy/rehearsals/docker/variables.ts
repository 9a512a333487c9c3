/**
 * The file of variables that an operator writes, from the example that we ship.
 *
 * @module
 */
import { RehearsalError } from "../rehearsal_error.ts";

/**
 * Puts values into the example. They are quoted, so that they may hold anything but a single quote.
 *
 * @throws {RehearsalError} if the example has no such variable
 */
export function fillIn(example: string, values: Readonly<Record<string, string>>): string {
  let text = example;
  for (const [name, value] of Object.entries(values)) {
    const line = new RegExp(`^${name}=.*$`, "m");
    if (!line.test(text)) throw new RehearsalError(`.env.example has no ${name}`);
    text = text.replace(line, () => `${name}='${value}'`);
  }
  return text;
}
