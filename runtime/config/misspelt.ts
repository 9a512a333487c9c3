/**
 * Finds environment variables that nobody reads because of a slip in their name.
 *
 * @module
 */
import { VARIABLES } from "./environment.ts";
import { nearest } from "./nearest.ts";

/** Names that begin like this are likely to be meant for Synapse. */
const PREFIXES = ["SYNAPSE_", "REDIS_", "DATABASE_"];

/** Kubernetes sets them for a Service of that name. */
const SERVICE = /_SERVICE_(HOST|PORT)/;

/** Variables that other parts of the program read: the command line's. */
const ALSO_KNOWN = ["SYNAPSE_URL"];

/** A variable that is set and has no meaning. */
export interface MisspeltVariable {
  /** As it is set. */
  readonly name: string;
  /** The one that was probably meant. */
  readonly meant: string;
  /** All of it in words. */
  readonly message: string;
}

/**
 * The variables whose name is nearly that of one that Synapse reads. Only what follows the prefix is
 * compared: names such as DATABASE_USER are of other programs, and near enough as a whole.
 */
export function misspeltVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly MisspeltVariable[] {
  const known = [...Object.keys(VARIABLES), ...ALSO_KNOWN];
  return Object.keys(env).sort().flatMap((name) => {
    const prefix = PREFIXES.find((prefix) => name.startsWith(prefix));
    if (prefix === undefined || known.includes(name) || SERVICE.test(name)) return [];
    const endings = known.filter((other) => other.startsWith(prefix))
      .map((other) => other.slice(prefix.length));
    const ending = nearest(name.slice(prefix.length), endings);
    if (ending === null) return [];
    const meant = prefix + ending;
    const message = `Environment variable ${name} is read by nobody, probably ${meant} was meant`;
    return [{ name, meant, message }];
  });
}
