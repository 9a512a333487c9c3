/**
 * One thing that is wrong with a configuration, in words that say how to mend it.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";
import { isSecretName, MASK, redactText } from "../redaction.ts";

/** One thing that is wrong. */
export interface ConfigFault {
  /** The environment variable, or the path in the file. */
  readonly key: string;
  /** `environment`, or `FILE:LINE`. */
  readonly source: string;
  /** The whole line: key, value found, value wanted, source. */
  readonly message: string;
}

/** Characters of a value that are shown. */
const SHOWN_CHARS = 80;

/** The fault of a value that is not what it should be. */
export function wrongValue(
  key: string,
  found: unknown,
  wanted: string,
  source: string,
): ConfigFault {
  const message = `${key} is ${shownValue(key, found)}, wanted ${wanted} (${source})`;
  return { key, source, message };
}

/** The fault of something that has no value: a file, a key. */
export function wrongThing(key: string, what: string, source: string): ConfigFault {
  return { key, source, message: `${key} ${what} (${source})` };
}

/** The fault of a variable that the file names and the environment does not have. */
export function unsetVariable(key: string, name: string, source: string): ConfigFault {
  // Whoever wrote the secret itself in its place must not find it in a log.
  const shown = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(name) ? name : shownValue(key, name);
  const wanted = "the name of an environment variable that is set";
  return wrongThing(key, `is ${shown}, wanted ${wanted}`, source);
}

/** All faults as one error: a heading, then a line for each. */
export function configInvalid(faults: readonly ConfigFault[]): SynapseError {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map((fault) => `  ${fault.message}`);
  return new SynapseError(
    "config_invalid",
    [`Refused the configuration for ${count}`, ...lines].join("\n"),
    { data: { faults } },
  );
}

/** A value in one short piece of text; a secret only by its length. */
export function shownValue(key: string, value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (key.split(".").some(isSecretName)) {
    return typeof value === "string" ? `${MASK} (${value.length} characters)` : MASK;
  }
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  const text = redactText(value);
  return JSON.stringify(
    text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text,
  );
}
