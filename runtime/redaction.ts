/**
 * What is secret, and what is shown in its place. Log lines, faults and the printed configuration all
 * go through here.
 *
 * @module
 */

/** Stands for a secret. */
export const MASK = "***";

const SECRET_NAME =
  /((api|secret|private|access)[-_]?key(_env)?|authorization|cookie|credentials?|passw(or)?d|secrets?|token)$/i;

/**
 * `scheme://USER:PASSWORD@`, wherever it stands in a text; the scheme is kept. It begins only where no
 * scheme can be under way: else a text like `a.a.a.…` would take time by the square of its length.
 */
const URL_CREDENTIALS = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"]*@/gi;

/** Keys that services begin in a known way. */
const KNOWN_KEY = /\b(sk|pk|ghp|gho|xox[abp])[-_][\w-]{8,}/g;

const BEARER = /\b(bearer)\s+[\w.~+/=-]{6,}/gi;

/** How deep a value is followed. It also ends cycles. */
const DEPTH_MAX = 8;

/** Whether a field of this name holds a secret: `api_key`, `x-api-key`, `DB_PASSWORD`, `token`, … */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The text with credentials of URLs, bearer tokens and keys of a known form masked. */
export function redactText(text: string): string {
  return text.replace(URL_CREDENTIALS, `$1${MASK}@`).replace(BEARER, `$1 ${MASK}`)
    .replace(KNOWN_KEY, MASK);
}

/**
 * A copy of plain data in which secrets are masked: every value under a secret name, however deep,
 * and credentials inside texts. What is not plain data (a date, an error) is kept as it is, or
 * becomes what `leaf` makes of it.
 */
export function redact(
  value: unknown,
  leaf: (value: object) => unknown = (kept) => kept,
): unknown {
  const copy = (value: unknown, secret: boolean, depth: number): unknown => {
    if (value === null || value === undefined) return value;
    if (!isPlain(value)) {
      if (secret) return MASK;
      if (typeof value === "string") return redactText(value);
      if (typeof value !== "object") return value;
      const shown = leaf(value);
      return isPlain(shown) ? copy(shown, secret, depth + 1) : shown;
    }
    if (depth > DEPTH_MAX) return "[too deep]";
    if (Array.isArray(value)) return value.map((item) => copy(item, secret, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map((
        [name, item],
      ) => [name, copy(item, secret || isSecretName(name), depth + 1)]),
    );
  };
  return copy(value, false, 0);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
